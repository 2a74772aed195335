import { expect, test } from "vitest";

import { piecesOf } from "./spanPieces";

const TEXT = "One 🙂 two three.";
const outer = { start: 0, end: 9, type: "fact" };
const inner = { start: 4, end: 5, type: "style" };
const across = { start: 6, end: 15, type: "tone" };
const told = (spans: Parameters<typeof piecesOf>[1], selected: Parameters<typeof piecesOf>[2] = null) =>
  piecesOf(TEXT, spans, selected).map((piece) => [piece.words, ...piece.spans.map(({ type }) => type), ...(piece.selected ? ["selected"] : [])]);

test("marks in each other and across each other cover their pieces together", () => {
  expect(told([outer, inner, across])).toEqual([["One ", "fact"], ["🙂", "fact", "style"], [" ", "fact"], ["two", "fact", "tone"], [" three", "tone"], ["."]]);
});

test("a selection cuts, and covers", () => {
  expect(told([inner], { start: 4, end: 9 })).toEqual([["One "], ["🙂", "style", "selected"], [" two", "selected"], [" three."]]);
});

test("however it is cut, the pieces are the text", () => {
  for (const spans of [[], [outer], [outer, inner, across], [{ start: 14, end: 90, type: "x" }]]) {
    expect(piecesOf(TEXT, spans, null).map(({ words }) => words).join("")).toBe(TEXT);
  }
});
