import { describe, expect, test } from "vitest";

import { lean, mayGuess, shade, standing, whyNot } from "./quality";

test.each([
  [0.8, "high"],
  [0.79, "fair"],
  [0.667, "fair"],
  [0.66, "low"],
  [-0.2, "low"],
  [null, "none"],
] as const)("an alpha of %s is %s", (alpha, expected) => {
  expect(standing(alpha)).toBe(expected);
});

test.each([
  [null, "heat-none"],
  [-0.01, "heat-below"],
  [0, "heat-0"],
  [0.19, "heat-0"],
  [0.2, "heat-1"],
  [0.99, "heat-4"],
  [1, "heat-4"],
] as const)("a kappa of %s is drawn as %s", (kappa, expected) => {
  expect(shade(kappa)).toBe(expected);
});

describe("a side", () => {
  const of = 100;
  test.each([
    [{ share: 0.6, low: 0.51, high: 0.69, of }, "left"],
    [{ share: 0.4, low: 0.31, high: 0.49, of }, "right"],
    [{ share: 0.6, low: 0.5, high: 0.7, of }, null],
    [null, null],
  ] as const)("is leant to only beyond doubt: %o", (left, expected) => {
    expect(lean(left)).toBe(expected);
  });
});

test("somebody whose interval reaches chance may be guessing; of whom nothing is known, nothing is said", () => {
  expect(mayGuess({ answers: 50, reliability: { low: 0.5 } }, 0.5)).toBe(true);
  expect(mayGuess({ answers: 49, reliability: { low: 0.5 } }, 0.5)).toBe(false);
  expect(mayGuess({ answers: 50, reliability: { low: 0.51 } }, 0.5)).toBe(false);
  expect(mayGuess({ answers: 50, reliability: null }, 0.5)).toBe(false);
});

test("a missing figure has a reason, also one nobody foresaw", () => {
  expect(whyNot("empty_pool")).toMatch(/two people/);
  expect(whyNot("constructor")).toBe(whyNot(null));
});
