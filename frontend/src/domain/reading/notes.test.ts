import { expect, test } from "vitest";

import { readNotes } from "./notes";

test("a reference and evidence are read in order", () =>
  expect(readNotes({ reference: "42", evidence: [[{ name: "tests", value: true }], [{ name: "tests", value: false }, { name: "length", value: 0.5 }]] })).toEqual({
    reference: "42",
    evidence: [[{ name: "tests", value: true }], [{ name: "tests", value: false }, { name: "length", value: 0.5 }]],
  }));

test.each([undefined, null, {}, "x", { reference: 5, evidence: "x" }, { reference: " ", evidence: {} }])("notes without any are no notes: %j", (raw) =>
  expect(readNotes(raw)).toEqual({ reference: null, evidence: [] }),
);

test("what is not evidence is left aside, and the others keep their places", () =>
  expect(readNotes({ evidence: [null, [{ name: "a", value: { deep: 1 } }, { name: "b", value: "ok" }, 7]] }).evidence).toEqual([[], [{ name: "b", value: "ok" }]]));
