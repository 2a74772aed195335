import { expect, test } from "vitest";

import { decision, glyph, inWords } from "./answers";

test("one keypress means clearly better", () => {
  expect(inWords(decision("left"))).toBe("A clearly better");
  expect(inWords(decision("right", 3))).toBe("B far better");
});

test("a tie has no strength", () => {
  expect(decision("tie", 3)).toEqual({ choice: "tie", strength: null });
});

test("the history glyphs differ without colour", () => {
  const all = [decision("left", 1), decision("left"), decision("left", 3), decision("right", 1), decision("right"), decision("right", 3), decision("tie"), decision("both_bad"), decision("skip")];
  expect(new Set(all.map(glyph)).size).toBe(all.length);
});
