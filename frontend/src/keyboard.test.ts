import { describe, expect, test } from "vitest";

import { begin, type Form } from "./domain/form";
import type { Question } from "./domain/kinds";
import { type Command, commandFor, keysOf, type Pressed, printed, sheetOf, skipTable, tableFor } from "./keyboard";

const pressed = (key: string, part: Partial<Pressed> = {}): Pressed => ({
  key,
  code: "",
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  repeat: false,
  ...part,
});

const tableOf = (form: Form, n = 2) => {
  const shown = { texts: Array.from({ length: n }, () => "one two"), steps: Array.from({ length: n }, () => ["one", "two"]) };
  return tableFor(form, shown, begin(form, shown));
};

const PAIR: Form = [{ kind: "pair", name: "preference" }];
const press = (key: string, part: Partial<Pressed> = {}) => commandFor(tableOf(PAIR), pressed(key, part));

const said = (command: Command | null) => {
  if (command?.kind !== "change" || command.change.do !== "choose" || !("said" in command.change)) return null;
  return `${command.change.said.choice} ${command.change.said.strength}`;
};

describe("one key decides a pair", () => {
  test.each([
    ["a", "first 2"],
    ["1", "first 2"],
    ["ArrowLeft", "first 2"],
    ["b", "second 2"],
    ["2", "second 2"],
    ["ArrowRight", "second 2"],
    [",", "first 1"],
    [".", "second 1"],
    ["t", "tie null"],
    ["=", "tie null"],
    ["x", "both_bad null"],
  ])("%s: %s", (key, words) => expect(said(press(key))).toBe(words));
});

describe("Shift means far", () => {
  test.each([
    ["A", "KeyA", "first 3"],
    ["ArrowRight", "ArrowRight", "second 3"],
    ["!", "Digit1", "first 3"],
    ["@", "Digit2", "second 3"],
  ])("Shift %s", (key, code, words) => expect(said(press(key, { code, shiftKey: true }))).toBe(words));

  test("Shift with any other letter does nothing", () => expect(press("X", { shiftKey: true })).toBeNull());
});

describe("layouts", () => {
  test("a digit is the same key with and without Shift, whatever it writes", () => {
    expect(said(press("&", { code: "Digit1" }))).toBe("first 2");
    expect(said(press("1", { code: "Digit1", shiftKey: true }))).toBe("first 3");
  });
  test("a sign counts wherever the layout puts it", () => {
    expect(press("?", { shiftKey: true })?.kind).toBe("keys");
    expect(said(press("=", { code: "Digit0", shiftKey: true }))).toBe("tie null");
  });
  test("Caps Lock is not Shift", () => expect(said(press("A"))).toBe("first 2"));
});

test("a held key judges one card only", () => expect(press("a", { repeat: true })).toBeNull());
test("a held arrow scrolls on", () => expect(press("ArrowDown", { repeat: true })?.kind).toBe("scroll"));
test("the browser keeps its own shortcuts", () => {
  expect(press("a", { ctrlKey: true })).toBeNull();
  expect(press("ArrowLeft", { altKey: true })).toBeNull();
});
test("undo has two keys", () => expect([press("z")?.kind, press("Backspace")?.kind]).toEqual(["undo", "undo"]));

test("a question's own key wins over the common one", () => {
  const steps = tableOf([{ kind: "steps", name: "steps" }], 1);
  expect(commandFor(steps, pressed("s"))).toEqual({ kind: "change", change: { do: "finish" } });
  expect(commandFor(steps, pressed(" "))).toEqual({ kind: "skip" });
  expect(commandFor(steps, pressed("j"))?.kind).toBe("change");
});

test("with one decision there is nothing to send by Enter", () => {
  expect(press("Enter")).toBeNull();
  expect(commandFor(tableOf([{ kind: "binary", name: "b" }], 1), pressed("Enter"))).toBeNull();
  expect(commandFor(tableOf([{ kind: "binary", name: "b" }], 2), pressed("Enter"))).toEqual({ kind: "enter" });
  expect(commandFor(tableOf([{ kind: "ranking", name: "r" }]), pressed("Enter", { ctrlKey: true }))).toEqual({ kind: "submit" });
});

test("reasons to skip leave no other key", () => {
  const table = skipTable();
  expect(commandFor(table, pressed("3"))).toEqual({ kind: "because", reason: "harmful" });
  expect(commandFor(table, pressed("Escape"))).toEqual({ kind: "no_skip" });
  expect(commandFor(table, pressed("a"))).toBeNull();
});

const CRITERIA = [
  { name: "helpful" },
  { name: "true", low: -2, high: 2 },
  { name: "fine", low: 0, high: 100 },
];
const EVERY: [Question, number][] = [
  [{ kind: "pair", name: "q" }, 2],
  [{ kind: "best_worst", name: "q" }, 8],
  [{ kind: "ranking", name: "q" }, 8],
  [{ kind: "rating", name: "q", criteria: CRITERIA }, 8],
  [{ kind: "binary", name: "q" }, 1],
  [{ kind: "binary", name: "q" }, 8],
  [{ kind: "steps", name: "q" }, 3],
  [{ kind: "spans", name: "q", types: Array.from({ length: 20 }, (_, i) => ({ name: `t${i}` })) }, 3],
  [{ kind: "critique", name: "q", per: "completion" }, 3],
  [{ kind: "edit", name: "q" }, 3],
];

describe.each(EVERY)("%o", (question, n) => {
  const several: Form = [question, { kind: "binary", name: "then" }];
  const rows = tableOf(several, n).flatMap((group) => group.rows);

  test("no key means two things", () => {
    const keys = rows.flatMap((row) => row.keys);
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  });

  test("send, skip, undo, note, flag, guidelines and the sheet keep a key", () => {
    const kinds = new Set(rows.map((row) => row.change.kind));
    for (const kind of ["enter", "skip", "undo", "note", "flag", "guidelines", "keys", "forward"] as const) expect(kinds).toContain(kind);
  });

  test("the sheet names every key once", () => {
    const printedKeys = tableOf(several, n).flatMap((group) => sheetOf(group.rows).flatMap((line) => line.keys));
    expect([...printedKeys].sort()).toEqual([...new Set(rows.flatMap((row) => row.keys.map(printed)))].sort());
  });
});

test("badges show the key that works", () => {
  expect(keysOf(tableOf(PAIR), { kind: "skip" }).map(printed)).toEqual(["Space", "S"]);
  expect(keysOf(tableOf([{ kind: "steps", name: "s" }], 1), { kind: "skip" }).map(printed)).toEqual(["Space"]);
  expect(["Shift+a", "ArrowLeft", "+", "-", "Ctrl+Enter", "Shift+1"].map(printed)).toEqual(["⇧ A", "←", "+", "−", "Ctrl ⏎", "⇧ 1"]);
});
