import { describe, expect, test } from "vitest";

import { glyph, inWords, reasonInWords, SKIP_REASONS } from "./answers";
import type { Form } from "./form";

const pair: Form = [{ kind: "pair", name: "preference" }];
const said = (choice: "first" | "second" | "tie" | "both_bad", strength: 1 | 2 | 3 | null = null) => ({
  answer: { preference: { choice, strength } },
  skip: null,
  flagged: false,
});

describe("what was said, in words", () => {
  test.each([
    [said("first", 2), "A clearly better"],
    [said("second", 3), "B far better"],
    [said("second", 1), "B slightly better"],
    [said("first"), "A better"],
    [said("tie"), "Tie"],
    [said("both_bad"), "Both bad"],
  ])("%#", (one, words) => expect(inWords(pair, one)).toBe(words));

  test("a flag and a reason to skip are told", () => {
    expect(inWords(pair, { ...said("tie"), flagged: true })).toBe("Tie, flagged");
    expect(inWords(pair, { answer: null, skip: "broken", flagged: false })).toBe("Skipped: Broken: cut off or unreadable");
  });

  test("several questions are told apart by their titles", () => {
    const form: Form = [
      { kind: "binary", name: "safe" },
      { kind: "pair", name: "preference", title: "Better" },
    ];
    const answer = { safe: { good: [true, false] }, preference: { choice: "first" as const, strength: null } };
    expect(inWords(form, { answer, skip: null, flagged: false })).toBe("safe: A Good, B Bad; Better: A better");
  });
});

test("every reason to skip has words of its own", () => {
  expect(new Set(SKIP_REASONS.map(reasonInWords)).size).toBe(5);
});

test("the history glyphs of a pair differ without colour", () => {
  const all = [said("first", 1), said("first", 2), said("first", 3), said("second", 1), said("second", 2), said("second", 3), said("tie"), said("both_bad")];
  const skipped = { answer: null, skip: "other" as const, flagged: false };
  expect(new Set([...all, skipped].map((one) => glyph(pair, one))).size).toBe(all.length + 1);
});
