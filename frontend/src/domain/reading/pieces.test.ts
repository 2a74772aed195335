import { describe, expect, test } from "vitest";

import { isBeyondLayout, linePieces, markdownPieces } from "./pieces";

const PROSE = Array.from({ length: 200 }, (_, n) => `Paragraph ${n} says something about bags and trains.`).join("\n\n");

describe("the pieces joined are the text", () => {
  const texts = ["", "a", "\n\n\n", PROSE, "x".repeat(9_999), "a b ".repeat(20_000), "👧".repeat(9_000), `${PROSE}\n\`\`\`\n${PROSE}\n\`\`\`\n${PROSE}`];
  test.each(texts.map((text) => [text.slice(0, 12), text]))("%j…", (_, text) => {
    expect(markdownPieces(text, 500).join("")).toBe(text);
    expect(linePieces(text, 500).join("")).toBe(text);
    for (const piece of linePieces(text, 500)) expect(() => encodeURIComponent(piece)).not.toThrow();
  });
});

describe("nothing is cut that belongs together", () => {
  test.each([
    ["a fence", `\`\`\`python\n${"x = 1\n\n".repeat(300)}\`\`\``],
    ["display maths", `$$\n${"x +\n\n".repeat(300)}1\n$$`],
    ["maths in brackets", `\\[\n${"x +\n\n".repeat(300)}1\n\\]`],
    ["a table", `|a|b|\n|-|-|\n${"|1|2|\n".repeat(300)}`],
  ])("%s", (_, block) => {
    const pieces = markdownPieces(`${PROSE}\n\n${block}\n\n${PROSE}`, 400);
    expect(pieces.filter((piece) => piece.includes(block))).toHaveLength(1);
    expect(pieces.length).toBeGreaterThan(10);
  });
});

test("what nobody can read is not laid out", () => {
  expect(isBeyondLayout(PROSE.slice(0, 2_000))).toBe(false);
  expect(isBeyondLayout(`\`\`\`\n${"x = 1\n".repeat(3_000)}\`\`\``)).toBe(false);
  expect(isBeyondLayout(">".repeat(40))).toBe(true);
  expect(isBeyondLayout("- ".repeat(40))).toBe(true);
  expect(isBeyondLayout("[".repeat(20_000))).toBe(true);
});
