import { describe, expect, test } from "vitest";

import { inWords } from "./domain/answers";
import { commandFor, type Pressed } from "./keyboard";

const press = (key: string, part: Partial<Pressed> = {}) =>
  commandFor({ key, code: "", shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, repeat: false, ...part });

const said = (key: string, part: Partial<Pressed> = {}) => {
  const command = press(key, part);
  return command?.kind === "decide" ? inWords(command.said) : null;
};

describe("one key decides", () => {
  test.each([
    ["a", "A clearly better"],
    ["1", "A clearly better"],
    ["ArrowLeft", "A clearly better"],
    ["b", "B clearly better"],
    ["2", "B clearly better"],
    ["ArrowRight", "B clearly better"],
    [",", "A slightly better"],
    [".", "B slightly better"],
    ["t", "Tie"],
    ["=", "Tie"],
    ["x", "Both bad"],
    ["s", "Skipped"],
  ])("%s: %s", (key, words) => expect(said(key)).toBe(words));
});

describe("Shift means far", () => {
  test.each([
    ["A", "KeyA", "A far better"],
    ["ArrowRight", "ArrowRight", "B far better"],
    ["!", "Digit1", "A far better"],
    ["@", "Digit2", "B far better"],
  ])("Shift %s", (key, code, words) => expect(said(key, { code, shiftKey: true })).toBe(words));

  test("Shift with any other letter does nothing", () => expect(press("X", { shiftKey: true })).toBeNull());
});

test("Caps Lock is not Shift", () => expect(said("A")).toBe("A clearly better"));
test("a held key judges one card only", () => expect(press("a", { repeat: true })).toBeNull());
test("a held arrow scrolls on", () => expect(press("ArrowDown", { repeat: true })?.kind).toBe("scroll"));
test("the browser keeps its own shortcuts", () => {
  expect(press("a", { ctrlKey: true })).toBeNull();
  expect(press("ArrowLeft", { altKey: true })).toBeNull();
});
test("undo has two keys", () => expect([press("z")?.kind, press("Backspace")?.kind]).toEqual(["undo", "undo"]));
test("the question mark opens the sheet wherever the layout puts it", () =>
  expect(press("?", { shiftKey: true })?.kind).toBe("keys"));
