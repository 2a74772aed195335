/**
 * The keys of the judging page: one table, made for the question in focus, that the listener, the badges on buttons
 * and the key sheet all read.
 *
 * A question's own keys come first; a common key that it takes loses its common meaning until another question is in
 * focus. This file knows keys and commands only; what a command does is decided elsewhere.
 */

import { SKIP_REASONS, type SkipReason, reasonInWords } from "./domain/answers";
import { decidesAtOnce, type Filled, type Form, rowsOf, titleOfQuestion } from "./domain/form";
import type { Change } from "./domain/kinds";
import { type Row, row, type Shown } from "./domain/kinds/kind";
import { t } from "./i18n";

/** What these come to depends on where the card came from. */
export type OwnCommand = { kind: "undo" | "forward" | "flag" | "skip" | "no_skip" } | { kind: "because"; reason: SkipReason };

export type CommonCommand =
  | { kind: "change"; change: Change }
  | { kind: "keys" | "guidelines" | "note" | "enter" | "submit" }
  | { kind: "question"; by: 1 | -1 }
  | { kind: "reading"; what: "more" | "reasoning" | "as_written" | "compare" | "together" }
  | { kind: "scroll"; by: "line" | "page"; direction: 1 | -1 };

export type Command = CommonCommand | OwnCommand;

const OWN: ReadonlySet<Command["kind"]> = new Set<OwnCommand["kind"]>(["undo", "forward", "flag", "skip", "no_skip", "because"]);

export function isOwn(command: Command): command is OwnCommand {
  return OWN.has(command.kind);
}

export interface Group {
  title: string;
  rows: Row<Command>[];
}

export type KeyTable = readonly Group[];

export interface Pressed {
  key: string;
  code: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  repeat: boolean;
}

/**
 * The names a key press may have in the table, the surest first.
 *
 * With Shift, `1` arrives as `!` on many layouts, so digits are read from the physical key; signs are read as written,
 * because layouts disagree on which of them need Shift. Caps Lock is not Shift.
 */
function namesOf({ key, code, shiftKey, ctrlKey }: Pressed): string[] {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
  const shift = shiftKey ? "Shift+" : "";
  const control = ctrlKey ? "Ctrl+" : "";
  const name = key === " " ? "Space" : key;
  const isSign = name.length === 1 && !/[\p{L}\d]/u.test(name);
  const plain = isSign ? name : shift + (name.length === 1 ? name.toLowerCase() : name);
  return (digit === undefined ? [plain] : [shift + digit, plain]).map((one) => control + one);
}

export function commandFor(table: KeyTable, pressed: Pressed): Command | null {
  if (pressed.altKey || pressed.metaKey) return null;
  const rows = table.flatMap((group) => group.rows);
  for (const name of namesOf(pressed)) {
    const found = rows.find((one) => one.keys.includes(name));
    if (found) return pressed.repeat && !found.held ? null : found.change;
  }
  return null;
}

/** Whether the keys belong to whatever has the focus, not to the card. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

/** A button in focus keeps the two keys that press it. */
export function presses(target: EventTarget | null, key: string): boolean {
  if (key !== "Enter" && key !== " ") return false;
  return target instanceof HTMLElement && target.closest("button, a[href], summary") !== null;
}

const all = (kind: Exclude<Command["kind"], "change" | "question" | "reading" | "because" | "scroll">): Command => ({ kind });

function sending(form: Form, shown: Shown): Row<Command>[] {
  const rows = [
    row(t("Skip this card, with a reason"), ["Space", "s"], all("skip")),
    row(t("Flag it for a second look"), ["f"], all("flag")),
    row(t("Write a note for this card"), ["c"], all("note")),
  ];
  if (decidesAtOnce(form, shown)) return rows;
  const enter = form.length > 1 ? t("On to the next question; from the last one, send") : t("Send");
  const questions = form.length > 1
    ? [
        row<Command>(t("The next or the previous question"), ["n"], { kind: "question", by: 1 }),
        row<Command>(t("The next or the previous question"), ["p"], { kind: "question", by: -1 }),
      ]
    : [];
  return [row(enter, ["Enter"], all("enter")), row(t("Send from anywhere, also while writing"), ["Ctrl+Enter"], all("submit")), ...questions, ...rows];
}

function moving(): Row<Command>[] {
  const scroll = (keys: string[], by: "line" | "page", direction: 1 | -1) =>
    row<Command>(by === "line" ? t("Scroll the answers") : t("Scroll by a page"), keys, { kind: "scroll", by, direction }, true);
  return [
    row(t("Undo: look at the last answer again (up to 10 back)"), ["z", "Backspace"], all("undo")),
    row(t("Leave it as it was, back to the new card"), ["Escape"], all("forward")),
    scroll(["ArrowDown", "j"], "line", 1),
    scroll(["ArrowUp", "k"], "line", -1),
    scroll(["PageDown"], "page", 1),
    scroll(["PageUp"], "page", -1),
  ];
}

function reading(shown: Shown): Row<Command>[] {
  const rows = [
    row<Command>(t("Show the whole texts, or fold them"), ["m"], { kind: "reading", what: "more" }),
    row<Command>(t("Show the reasoning, or fold it"), ["r"], { kind: "reading", what: "reasoning" }),
    row<Command>(t("Show the texts as they were written"), ["w"], { kind: "reading", what: "as_written" }),
  ];
  if (shown.texts.length < 2) return rows;
  return [
    ...rows,
    row<Command>(t("Compare two texts word by word"), ["d"], { kind: "reading", what: "compare" }),
    row<Command>(t("Scroll the texts together, or each alone"), ["y"], { kind: "reading", what: "together" }),
  ];
}

function without(rows: Row<Command>[], taken: ReadonlySet<string>): Row<Command>[] {
  return rows.map((one) => ({ ...one, keys: one.keys.filter((key) => !taken.has(key)) })).filter((one) => one.keys.length > 0);
}

/** Everything that has a key while this question is in focus. */
export function tableFor(form: Form, shown: Shown, filled: Filled): KeyTable {
  const mine = rowsOf(form, shown, filled).map((one): Row<Command> => ({ ...one, change: { kind: "change", change: one.change } }));
  const taken = new Set(mine.flatMap((one) => one.keys));
  const question = form[filled.at];
  const title = form.length > 1 && question ? t("Decide: {{question}}", { question: titleOfQuestion(question) }) : t("Decide");
  return [
    { title, rows: mine },
    { title: t("Card"), rows: without(sending(form, shown), taken) },
    { title: t("Move"), rows: without(moving(), taken) },
    { title: t("Read"), rows: without(reading(shown), taken) },
    {
      title: t("Help"),
      rows: without([row(t("Guidelines"), ["h"], all("guidelines")), row(t("This sheet"), ["?"], all("keys"))], taken),
    },
  ];
}

/** While the reasons to skip are open, nothing else has a key. */
export function skipTable(): KeyTable {
  const reasons = SKIP_REASONS.map((reason, i) => row<Command>(reasonInWords(reason), [String(i + 1)], { kind: "because", reason }));
  return [{ title: t("Skip"), rows: [...reasons, row(t("Do not skip"), ["Escape", "Space"], all("no_skip"))] }];
}

/** The keys of a command, as the badges show them. */
export function keysOf(table: KeyTable, command: Command): readonly string[] {
  const wanted = JSON.stringify(command);
  const found = table.flatMap((group) => group.rows).find((one) => JSON.stringify(one.change) === wanted);
  return found?.keys ?? [];
}

const SIGNS: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Enter: "⏎",
  Delete: "Del",
  PageDown: "PgDn",
  PageUp: "PgUp",
};

/** How a key is printed: "Shift+a" as "⇧ A". */
export function printed(key: string): string {
  if (key === "+" || key === "-") return key === "-" ? "−" : "+";
  const parts = key.split("+");
  const name = parts.pop() ?? "";
  const sign = SIGNS[name] ?? (name === "Space" ? t("Space") : name.length === 1 ? name.toUpperCase() : name);
  return [...parts.map((part) => (part === "Shift" ? "⇧" : t("Ctrl"))), sign].join(" ");
}

/** The sheet's lines: rows that mean the same stand on one line, each key once. */
export function sheetOf(rows: readonly Row<Command>[]): { meaning: string; keys: string[] }[] {
  const lines = new Map<string, string[]>();
  for (const { meaning, keys } of rows) {
    const line = lines.get(meaning) ?? [];
    lines.set(meaning, [...new Set([...line, ...keys])]);
  }
  return [...lines].map(([meaning, keys]) => ({ meaning, keys: keys.map(printed) }));
}
