/**
 * The keys of the judging page, in one table that also prints the key sheet.
 *
 * One key decides at "clearly better". Shift makes it "far better"; the comma and full stop (the keys of < and >)
 * make it "slightly better". This file knows keys and commands only; what a command does is decided elsewhere.
 */

import type { Decision } from "./domain/answers";
import { decision } from "./domain/answers";

export type Command =
  | { kind: "decide"; said: Decision }
  | { kind: "undo" | "forward" | "keys" | "guidelines" | "more" | "note" }
  | { kind: "scroll"; by: "line" | "page"; direction: 1 | -1 };

export interface Pressed {
  key: string;
  code: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  repeat: boolean;
}

const LEFT = new Set(["a", "1", "arrowleft"]);
const RIGHT = new Set(["b", "2", "arrowright"]);

const PLAIN: Record<string, Command> = {
  ",": { kind: "decide", said: decision("left", 1) },
  ".": { kind: "decide", said: decision("right", 1) },
  t: { kind: "decide", said: decision("tie") },
  "=": { kind: "decide", said: decision("tie") },
  x: { kind: "decide", said: decision("both_bad") },
  s: { kind: "decide", said: decision("skip") },
  z: { kind: "undo" },
  backspace: { kind: "undo" },
  escape: { kind: "forward" },
  "?": { kind: "keys" },
  h: { kind: "guidelines" },
  m: { kind: "more" },
  c: { kind: "note" },
};

const SCROLL: Record<string, Command> = {
  arrowdown: { kind: "scroll", by: "line", direction: 1 },
  arrowup: { kind: "scroll", by: "line", direction: -1 },
  j: { kind: "scroll", by: "line", direction: 1 },
  k: { kind: "scroll", by: "line", direction: -1 },
  pagedown: { kind: "scroll", by: "page", direction: 1 },
  pageup: { kind: "scroll", by: "page", direction: -1 },
};

/** With Shift, `1` arrives as `!` on many layouts, so digits are read from the physical key. */
function nameOf(pressed: Pressed): string {
  const digit = /^(?:Digit|Numpad)([12])$/.exec(pressed.code)?.[1];
  return digit ?? pressed.key.toLowerCase();
}

export function commandFor(pressed: Pressed): Command | null {
  if (pressed.ctrlKey || pressed.altKey || pressed.metaKey) return null;
  const name = nameOf(pressed);
  const scroll = SCROLL[name];
  if (scroll) return pressed.shiftKey ? null : scroll;
  if (pressed.repeat) return null;
  if (LEFT.has(name)) return { kind: "decide", said: decision("left", pressed.shiftKey ? 3 : 2) };
  if (RIGHT.has(name)) return { kind: "decide", said: decision("right", pressed.shiftKey ? 3 : 2) };
  if (pressed.shiftKey && name !== "?" && name !== "=") return null;
  return PLAIN[name] ?? null;
}

/** Whether the keys belong to whatever has the focus, not to the card. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

export const KEY_SHEET: { title: string; rows: [keys: string[], meaning: string][] }[] = [
  {
    title: "Decide",
    rows: [
      [["A", "1", "←"], "A clearly better"],
      [["B", "2", "→"], "B clearly better"],
      [["Shift A", "Shift ←"], "A far better"],
      [["Shift B", "Shift →"], "B far better"],
      [[","], "A slightly better"],
      [["."], "B slightly better"],
      [["T", "="], "Tie: no difference worth naming"],
      [["X"], "Both bad"],
      [["S"], "Skip: I cannot judge this one"],
    ],
  },
  {
    title: "Move",
    rows: [
      [["Z", "Backspace"], "Undo: look at the last answer again (up to 10 back)"],
      [["Esc"], "Leave it as it was, back to the new card"],
      [["↓", "↑", "J", "K"], "Scroll both answers together"],
      [["M"], "Show all of both, or fold both"],
    ],
  },
  {
    title: "Help",
    rows: [
      [["C"], "Write a note for this card"],
      [["H"], "Guidelines"],
      [["?"], "This sheet"],
    ],
  },
];
