import { expect, test } from "vitest";

import { cellInWords, noticed, shade, standing, whyNot } from "./quality";

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

test("a notice says what was seen, of how many, and beside what", () => {
  const about = { answers: 40, seen: 0.95, expected: 0.7, other: "bob" };
  expect(noticed({ ...about, kind: "alike" })).toBe("says the same as bob in 95% of 40 shared items; their skill explains 70%");
  expect(noticed({ ...about, kind: "fell", seen: 25, expected: 40, other: null })).toBe("less reliable after about 25 of 40 answers");
  expect(noticed({ ...about, kind: "hurries", other: null })).toMatch(/in 95% of 40 cards/);
  const plain = (["below_chance", "near_chance", "leans_left", "leans_right"] as const).map((kind) => noticed({ ...about, kind }));
  expect(new Set(plain).size).toBe(4);
});

test("a missing figure has a reason, also one nobody foresaw", () => {
  expect(whyNot("empty_pool")).toMatch(/two people/);
  expect(whyNot("constructor")).toBe(whyNot(null));
});

test.each([
  [{}, "Kappa 0.42, 95% interval 0.10 to 0.71, from 36 cards."],
  [{ few: true, cards: 9, kappa: null, low: null, high: null }, "9 cards in common: too few for a kappa."],
  [{ kappa: null, low: null, high: null }, "Both always said one and the same: no kappa."],
])("a cell of the matrix with %o reads %s", (special, expected) => {
  const cell = { items: 36, cards: 36, few: false, share: 0.7, kappa: 0.42, low: 0.1, high: 0.71 };
  expect(cellInWords({ ...cell, ...special })).toBe(expected);
});
