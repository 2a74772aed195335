/** Turns key presses into commands, unless somebody is typing, a dialog is open, or single keys are switched off. */

import { useEffect, useState } from "react";

import { type Command, commandFor, isTyping } from "../../keyboard";

const KEY = "tiebreak.keys";

/** WCAG 2.1.4: single-key shortcuts can be switched off. */
export function useKeysOn(): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => {
    try {
      return localStorage.getItem(KEY) !== "off";
    } catch {
      return true;
    }
  });
  const choose = (next: boolean) => {
    setOn(next);
    try {
      localStorage.setItem(KEY, next ? "on" : "off");
    } catch {
      // Without storage the choice lasts until the page is closed.
    }
  };
  return [on, choose];
}

export function useJudgingKeys(on: boolean, obey: (command: Command) => void): void {
  useEffect(() => {
    if (!on) return;
    const listen = (event: KeyboardEvent) => {
      if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
      const command = commandFor(event);
      if (!command) return;
      event.preventDefault();
      obey(command);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [on, obey]);
}
