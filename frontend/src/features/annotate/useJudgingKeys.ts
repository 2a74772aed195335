/** Turns key presses into commands, unless somebody is typing, a dialog is open, or single keys are switched off. */

import { useEffect, useState } from "react";

import { type Command, commandFor, isTyping, type KeyTable, presses } from "../../keyboard";

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

/** Arrows belong to a widget that has the focus even where single keys are switched off. */
function isWidgetKey(event: KeyboardEvent): boolean {
  const inWidget = event.target instanceof HTMLElement && event.target.getAttribute("role") === "textbox";
  return inWidget && event.key.startsWith("Arrow");
}

export function useJudgingKeys(on: boolean, table: KeyTable, obey: (command: Command) => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!on && !isWidgetKey(event)) return;
      if (event.isComposing || isTyping(event.target) || presses(event.target, event.key)) return;
      if (document.querySelector("dialog[open]")) return;
      const command = commandFor(table, event);
      if (!command) return;
      event.preventDefault();
      obey(command);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [on, table, obey]);
}
