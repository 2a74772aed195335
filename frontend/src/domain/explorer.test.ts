import { expect, test } from "vitest";

import { markedParts, queryOf, withField } from "./explorer";

test("an address says what is searched for, and nonsense in it is left out", () => {
  const address = new URLSearchParams("run=grpo-1&q=  bridge &step_min=3&reward_max=x&labelled=maybe&sort=bogus&within=prompt&doubt_min=");
  expect(queryOf(address)).toEqual({ run: "grpo-1", q: "bridge", step_min: 3, within: "prompt" });
});

test("without a run, what only runs tell apart goes too", () => {
  const address = new URLSearchParams("run=grpo-1&q=bridge&step_min=3&sort=most_doubted");
  expect(withField(address, "run", "").toString()).toBe("q=bridge");
  expect(withField(address, "q", "").get("step_min")).toBe("3");
});

test("whole words are marked, whatever their case, and signs mean nothing", () => {
  expect(markedParts("A bridge, Bridges and BRIDGE.", "bridge")).toEqual(["A ", "bridge", ", Bridges and ", "BRIDGE", "."]);
  expect(markedParts("Überlegen (x+1)", "überlegen + x")).toEqual(["", "Überlegen", " (", "x", "+1)"]);
  expect(markedParts("nothing", "()*")).toEqual(["nothing"]);
  expect(markedParts("a.b", ".")).toEqual(["a.b"]);
});
