import { expect, test } from "vitest";

import { keyFor, waitingFirst } from "./disputes";

const three = [{ task: 1 }, { task: 2 }, { task: 3 }];
const better = { preference: { choice: "first", strength: 2 } } as const;
const worse = { preference: { choice: "second", strength: 2 } } as const;

test("disputes put off come last, in the order they were put off, and those decided not at all", () => {
  expect(waitingFirst(three, [], []).map(({ task }) => task)).toEqual([1, 2, 3]);
  expect(waitingFirst(three, [2], []).map(({ task }) => task)).toEqual([1, 3]);
  expect(waitingFirst(three, [], [2, 1]).map(({ task }) => task)).toEqual([3, 2, 1]);
  expect(waitingFirst(three, [1, 2, 3], [2]).map(({ task }) => task)).toEqual([]);
});

test("a decision that is sent again keeps its key, and another decision never has it", () => {
  let made = 0;
  const newKey = () => `k${(made += 1)}`;
  const first = keyFor(null, 1, better, "", newKey);
  expect(keyFor(first, 1, better, " ", newKey)).toBe(first);
  expect(keyFor(first, 1, worse, "", newKey).key).toBe("k2");
  expect(keyFor(first, 2, better, "", newKey).key).toBe("k3");
  expect(keyFor(first, 1, better, "because", newKey).key).toBe("k4");
});
