import { expect, test } from "vitest";

import { daysLeft, endOf, mayBeEndless } from "./tokens";

const NOW = Date.parse("2026-03-01T12:00:00Z");

test.each([
  [null, "never"],
  ["2026-03-01T12:00:00Z", "past"],
  ["2026-03-01T12:00:01Z", "soon"],
  ["2026-03-15T12:00:00Z", "soon"],
  ["2026-03-15T12:00:01Z", "later"],
])("a token that ends at %s ends %s", (at, end) => {
  expect(endOf(at, NOW)).toBe(end);
});

test("the last day is one day, and what is over is none", () => {
  expect(daysLeft("2026-03-01T13:00:00Z", NOW)).toBe(1);
  expect(daysLeft("2026-03-03T12:00:00Z", NOW)).toBe(2);
  expect(daysLeft("2026-02-01T12:00:00Z", NOW)).toBe(0);
});

test("only what feeds and reads may be without an end", () => {
  expect(mayBeEndless(["rewards:read", "rollouts:write"])).toBe(true);
  expect(mayBeEndless(["rewards:read", "manage"])).toBe(false);
  expect(mayBeEndless([])).toBe(false);
});
