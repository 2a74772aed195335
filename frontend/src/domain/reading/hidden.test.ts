import { describe, expect, test } from "vitest";

import { countHidden, hasPiles, withHiddenNamed } from "./hidden";

describe("what cannot be seen is named", () => {
  test.each([
    ["user\u202e⟩", "U+202E"],
    ["pass\u200bword", "U+200B"],
    ["so\u00adft", "U+00AD"],
    ["x\u{e0041}", "U+E0041"],
  ])("%j", (text, code) => {
    expect(countHidden(text)).toBe(1);
    expect(withHiddenNamed(text)).toContainEqual({ code });
  });

  test("a pile of marks keeps one and says how many there were", () => {
    const seen = withHiddenNamed(`a${"\u0301".repeat(40)}b`);
    expect(seen).toEqual([{ text: "a\u0301" }, { code: "39 × U+0301" }, { text: "b" }]);
    expect(hasPiles(`a${"\u0301".repeat(40)}b`)).toBe(true);
  });

  test("a text made of them is not made longer without end", () => {
    expect(withHiddenNamed("\u202e".repeat(50_000)).length).toBeLessThan(1_100);
  });
});

test.each(["می\u200cخواهم", "👩\u200d👩\u200d👧", "क्षत्रिय", "שָׁלוֹם", "Nguyễn", "plain"])("writing that needs joiners and marks stays as it is: %s", (text) => {
  expect(countHidden(text)).toBe(0);
  expect(hasPiles(text)).toBe(false);
  expect(withHiddenNamed(text)).toEqual([{ text }]);
});
