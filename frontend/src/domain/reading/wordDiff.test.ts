import { describe, expect, test } from "vitest";

import { seeded } from "./seeded";
import { wordDiff, wordsIn } from "./wordDiff";

const marked = (a: string, b: string) =>
  wordDiff(a, b)
    .runs.map((run) => (run.shared ? run.a : `[${run.a.trim()}|${run.b.trim()}]`))
    .join("");

describe("words that differ are found", () => {
  test.each([
    ["the plant uses light", "the plant uses sunlight", "the plant uses [light|sunlight]"],
    ["a b c", "a b c", "a b c"],
    ["", "new", "[|new]"],
    ["old", "", "[old|]"],
    ["it is 42.", "it is 43.", "it is [42|43]."],
    ["天地玄黄", "天地黑黄", "天地[玄|黑]黄"],
  ])("%j and %j", (a, b, expected) => expect(marked(a, b)).toBe(expected));

  test("a lone short word between differences is part of them", () =>
    expect(marked("red big a small blue", "one two a three four")).toBe("[red big a small blue|one two a three four]"));

  test("spaces alone are no difference", () => expect(wordDiff("a  b\nc", "a b c").alike).toBe(1));

  test("a line that moved past many others costs no search among them", () => {
    const lines = Array.from({ length: 3_000 }, (_, n) => `line number ${n} is here`);
    const { exact, onlyA, onlyB } = wordDiff(lines.join("\n"), [...lines.slice(1), lines[0]].join("\n"));
    expect({ exact, onlyA, onlyB }).toEqual({ exact: true, onlyA: 5, onlyB: 5 });
  });
});

/** The fewest words to take out and put in, by the textbook table. */
function fewestEdits(a: string[], b: string[]): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  a.forEach((word, i) => {
    const row = [i + 1];
    b.forEach((other, j) => row.push(word === other ? (above[j] as number) : 1 + Math.min(above[j + 1] as number, row[j] as number)));
    above = row;
  });
  return above[b.length] as number;
}

describe("for any two texts", () => {
  const random = seeded(4);
  const pick = (words: string[], n: number) => Array.from({ length: n }, () => words[Math.floor(random() * words.length)] ?? "");
  const pairs = Array.from({ length: 300 }, (_, n): [string, string] => {
    const words = ["alpha", "beta", "gamma", "\n", "delta", "- ", "مرحبا", "数", "!"].slice(0, 2 + (n % 8));
    return [pick(words, Math.floor(random() * 40)).join(" "), pick(words, Math.floor(random() * 40)).join(" ")];
  });

  test("the runs of each side joined are that side's text", () => {
    for (const [a, b] of pairs) {
      const { runs } = wordDiff(a, b);
      expect(runs.map((run) => run.a).join("")).toBe(a);
      expect(runs.map((run) => run.b).join("")).toBe(b);
      for (const run of runs) if (run.shared) expect(wordsIn(run.a).map((w) => w.trim())).toEqual(wordsIn(run.b).map((w) => w.trim()));
    }
  });

  test("without lines to hold on to, the edit is the shortest one", () => {
    for (const [a, b] of pairs) {
      const [one, other] = [a.replaceAll("\n", "/"), b.replaceAll("\n", "/")];
      const count = (side: "a" | "b") => wordDiff(one, other).runs.filter((run) => !run.shared).flatMap((run) => wordsIn(run[side])).length;
      const fewest = fewestEdits(wordsIn(one).map((w) => w.trim()), wordsIn(other).map((w) => w.trim()));
      // Lone short words between differences are counted with them, so there may be a few more.
      const islands = (one.match(/数|!|-|\//g)?.length ?? 0) * 2;
      expect(count("a") + count("b")).toBeGreaterThanOrEqual(fewest);
      expect(count("a") + count("b")).toBeLessThanOrEqual(fewest + islands);
    }
  });

  test("the other way round tells the same", () => {
    for (const [a, b] of pairs) {
      const [there, back] = [wordDiff(a, b), wordDiff(b, a)];
      expect(there.exact && back.exact).toBe(true);
      expect(Math.abs(there.alike - back.alike)).toBeLessThan(0.5);
    }
  });
});

test("two long texts that share nothing are met within the bound, and the result says so", () => {
  const random = seeded(5);
  const text = (from: string) => Array.from({ length: 30_000 }, () => from + Math.floor(random() * 40)).join(" ");
  const began = performance.now();
  const { exact, runs } = wordDiff(text("a"), text("a"));
  expect(performance.now() - began).toBeLessThan(30_000);
  expect(exact).toBe(false);
  expect(runs.length).toBeGreaterThan(0);
});
