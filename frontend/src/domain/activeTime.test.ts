import { expect, test } from "vitest";

import { ActiveTime, IDLE_AFTER_MS } from "./activeTime";

test("time runs while somebody is there", () => {
  const time = new ActiveTime(1_000, true);
  expect(time.elapsed(4_000)).toBe(3_000);
});

test("a hidden page does not count", () => {
  const time = new ActiveTime(0, true);
  time.attention(1_000, false);
  time.attention(60_000, true);
  expect(time.elapsed(61_500)).toBe(2_500);
});

test("beyond a quiet minute nothing counts until a sign of life", () => {
  const time = new ActiveTime(0, true);
  expect(time.elapsed(10 * IDLE_AFTER_MS)).toBe(IDLE_AFTER_MS);
  time.sign(10 * IDLE_AFTER_MS);
  expect(time.elapsed(10 * IDLE_AFTER_MS + 500)).toBe(IDLE_AFTER_MS + 500);
});

test("a page opened in the background starts at zero", () => {
  const time = new ActiveTime(0, false);
  expect(time.elapsed(5_000)).toBe(0);
});
