import { describe, expect, test } from "vitest";

import { bestWorst, type BestWorstDraft } from "./bestWorst";
import { critique } from "./critique";
import { edit } from "./edit";
import type { Machine, Shown } from "./kind";
import { ranking, type RankingChange, type RankingDraft } from "./ranking";
import { keyOf, rating, type RatingDraft, scale } from "./rating";
import { selection, spans, type SpansChange, type SpansDraft } from "./spans";
import { steps, type StepsDraft } from "./steps";
import { toPoints, toUnits, wordsOf } from "./words";

const shown = (n: number): Shown => ({
  texts: Array.from({ length: n }, (_, i) => `text ${i}`),
  steps: Array.from({ length: n }, () => ["one", "two", "three", "four"]),
});

/** A draft after these keys, looked up in the machine's own table. */
function after<Q, D extends { at: number }, C, A>(machine: Machine<Q, D, C, A>, question: Q, seen: Shown, ...keys: string[]): D {
  return keys.reduce((draft, key) => {
    const found = machine.rows(question, seen, draft).find((row) => row.keys.includes(key));
    if (!found) throw new Error(`${key} has no meaning here`);
    const said = found.change as C | { do: "look"; at: number };
    if (typeof said === "object" && said !== null && "do" in said && said.do === "look") return { ...draft, at: (said as { at: number }).at };
    return machine.change(question, seen, draft, said as C);
  }, machine.begin(question, seen));
}

describe("best and worst", () => {
  const q = { kind: "best_worst", name: "q" } as const;
  const said = ({ best, worst }: BestWorstDraft) => [best, worst];

  test("the first digit names the best, the second the worst", () => {
    expect(said(after(bestWorst, q, shown(4), "3", "1"))).toEqual([2, 0]);
  });
  test("the same digit twice takes it back", () => expect(said(after(bestWorst, q, shown(4), "3", "3"))).toEqual([null, null]));
  test("of two, the best names the worst", () => expect(said(after(bestWorst, q, shown(2), "2"))).toEqual([1, 0]));
  test("a finished answer begins anew", () => expect(said(after(bestWorst, q, shown(4), "3", "1", "1"))).toEqual([0, null]));
  test("signs judge the one looked at", () => expect(said(after(bestWorst, q, shown(4), "ArrowRight", "+", "ArrowRight", "-"))).toEqual([1, 2]));
  test("the best alone is the whole answer", () => {
    const alone = { ...q, worst: false };
    const draft = after(bestWorst, alone, shown(4), "2");
    expect(bestWorst.complete(alone, draft)).toBe(true);
    expect(bestWorst.answer(alone, draft)).toEqual({ best: 1, worst: null });
  });
});

describe("ranking", () => {
  const q = { kind: "ranking", name: "q" } as const;
  const ranks = (...keys: string[]) => ranking.answer(q, after(ranking, q, shown(4), ...keys)).ranks;

  test("digits look, arrows move one place", () => {
    expect(ranks("3", "ArrowUp", "ArrowUp")).toEqual([2, 3, 1, 4]);
    expect(ranks("1", "ArrowDown")).toEqual([2, 1, 3, 4]);
  });
  test("a tie is left before a neighbour is passed", () => {
    expect(ranks("3", "t")).toEqual([1, 2, 2, 3]);
    expect(ranks("3", "t", "ArrowUp")).toEqual([1, 3, 2, 4]);
    expect(ranks("3", "t", "ArrowDown")).toEqual([1, 2, 3, 4]);
  });
  test("the best is tied with the next worse", () => expect(ranks("1", "t")).toEqual([1, 1, 2, 3]));
  test("Shift and the digits in order are the whole order", () => expect(ranks("Shift+4", "Shift+2", "Shift+1", "Shift+3")).toEqual([3, 2, 4, 1]));
  test("the ends hold", () => {
    expect(ranks("1", "ArrowUp")).toEqual([1, 2, 3, 4]);
    expect(ranks("4", "ArrowDown")).toEqual([1, 2, 3, 4]);
  });
  test("the order shown is untouched until a key moves something", () => {
    expect(after(ranking, q, shown(4), "3").touched).toBe(false);
    expect(after(ranking, q, shown(4), "3", "ArrowUp", "ArrowDown").touched).toBe(true);
    expect(after(ranking, q, shown(4), "3", "ArrowUp", "0").touched).toBe(false);
  });

  const drop = (draft: RankingDraft, change: Omit<Extract<RankingChange, { do: "drop" }>, "do">, ties = true) =>
    ranking.answer(q, ranking.change({ ...q, ties }, shown(4), draft, { do: "drop", ...change })).ranks;
  const fresh = ranking.begin(q, shown(4));

  test("dropped between two it stands between them, from either side", () => {
    expect(drop(fresh, { place: 0, tier: 3, onto: false })).toEqual([3, 1, 2, 4]);
    expect(drop(fresh, { place: 3, tier: 1, onto: false })).toEqual([1, 3, 4, 2]);
    expect(drop(fresh, { place: 0, tier: 4, onto: false })).toEqual([4, 1, 2, 3]);
  });
  test("dropped onto another it is tied with it; where ties are not asked for it stands before it", () => {
    expect(drop(fresh, { place: 3, tier: 1, onto: true })).toEqual([1, 2, 3, 2]);
    expect(drop(fresh, { place: 3, tier: 1, onto: true }, false)).toEqual([1, 3, 4, 2]);
  });
});

describe("rating", () => {
  const q = { kind: "rating", name: "q", criteria: [{ name: "a" }, { name: "b", low: 1, high: 5 }] } as const;
  const cell = ({ criterion, at }: RatingDraft) => [criterion, at];

  test("a digit scores and goes on: one criterion over all answers, then the next", () => {
    const draft = after(rating, q, shown(2), "5", "3", "4");
    expect(draft.scores).toEqual([[5, 3], [4, null]]);
    expect(cell(draft)).toEqual([1, 1]);
    expect(rating.complete(q, draft)).toBe(false);
    expect(rating.complete(q, after(rating, q, shown(2), "5", "3", "4", "1"))).toBe(true);
  });
  test("a score off the scale has no key", () => {
    expect(() => after(rating, q, shown(2), "5", "3", "7")).toThrow("no meaning");
  });
  test("arrows reach any cell, and a score there can be taken back", () => {
    expect(after(rating, q, shown(2), "5", "ArrowLeft", "u").scores[0]).toEqual([null, null]);
  });
  test("every scale of up to ten points has its keys", () => {
    const keys = (low: number, high: number) => scale({ name: "x", low, high }).map((score) => keyOf(score, scale({ name: "x", low, high })));
    expect(keys(1, 3)).toEqual(["1", "2", "3"]);
    expect(keys(0, 2)).toEqual(["0", "1", "2"]);
    expect(keys(1, 10).at(-1)).toBe("0");
    expect(keys(-1, 1)).toEqual(["1", "2", "3"]);
    expect(keys(0, 100).filter((key) => key !== null)).toHaveLength(10);
  });
});

describe("steps", () => {
  const q = { kind: "steps", name: "q" } as const;
  const said = (draft: StepsDraft) => [draft.marks[0], draft.end[0]];

  test("a mark goes on to the next step; unmarked is not neutral", () => {
    const draft = after(steps, q, shown(1), "1", "2", "j");
    expect(said(draft)).toEqual([[1, 0, null, null], null]);
    expect(draft.step[0]).toBe(3);
  });
  test("Shift 1 is good from here to the end", () => {
    expect(said(after(steps, q, shown(1), "2", "Shift+1"))).toEqual([[0, 1, 1, 1], null]);
  });
  test("the first error ends it: right before it, unmarked behind it", () => {
    expect(said(after(steps, q, shown(1), "2", "Shift+1", "k", "e"))).toEqual([[0, 1, -1, null], "found_error"]);
  });
  test("finished means solved, or an error found where a step is bad", () => {
    expect(said(after(steps, q, shown(1), "1", "s"))[1]).toBe("solved");
    expect(said(after(steps, q, shown(1), "3", "s"))[1]).toBe("found_error");
  });
  test("the end follows the marks", () => {
    expect(said(after(steps, q, shown(1), "1", "s", "3"))[1]).toBe("found_error");
    expect(said(after(steps, q, shown(1), "3", "s", "k", "u"))[1]).toBe(null);
  });
  test("giving up and a bad problem need no marks", () => {
    expect(said(after(steps, q, shown(1), "g"))).toEqual([[null, null, null, null], "gave_up"]);
    expect(said(after(steps, q, shown(1), "b"))[1]).toBe("bad_problem");
  });
  test("an ended one leads to the next that is open, and all must end", () => {
    const draft = after(steps, q, shown(2), "s");
    expect(draft.at).toBe(1);
    expect(steps.complete(q, draft)).toBe(false);
    expect(steps.complete(q, after(steps, q, shown(2), "s", "g"))).toBe(true);
  });
});

describe("spans", () => {
  const q = { kind: "spans", name: "q", types: [{ name: "fact" }, { name: "style" }] } as const;
  const text = "The 🙂 cat sat.\n\nIt slept well.";
  const seen: Shown = { texts: [text], steps: [[]] };
  const cut = (draft: SpansDraft) => draft.spans[0]?.map(({ start, end, type }) => [[...text].slice(start, end).join(""), type]);

  test("the caret moves by word, Shift extends, a digit marks", () => {
    expect(cut(after(spans, q, seen, "ArrowRight", "Shift+ArrowRight", "1"))).toEqual([["🙂 cat", "fact"]]);
  });
  test("down keeps the place in the line", () => {
    expect(cut(after(spans, q, seen, "ArrowRight", "ArrowDown", "2"))).toEqual([["slept", "style"]]);
  });
  test("a selection may run backwards", () => {
    expect(cut(after(spans, q, seen, "ArrowRight", "ArrowRight", "Shift+ArrowLeft", "Shift+ArrowLeft", "1"))).toEqual([["The 🙂 cat", "fact"]]);
  });
  const inside = ["Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "1", "ArrowLeft", "ArrowLeft", "2"];
  test("a mark may lie in another one of another type", () => {
    expect(cut(after(spans, q, seen, ...inside))).toEqual([["The 🙂 cat sat.", "fact"], ["🙂", "style"]]);
  });
  test("marks of one type that meet become one", () => {
    expect(cut(after(spans, q, seen, "Shift+ArrowRight", "1", "Shift+ArrowRight", "1"))).toEqual([["The 🙂 cat", "fact"]]);
  });
  test("of several marks the innermost is removed, or the one that is asked for", () => {
    expect(cut(after(spans, q, seen, ...inside, "u"))).toEqual([["The 🙂 cat sat.", "fact"]]);
    expect(cut(after(spans, q, seen, ...inside, "v", "u"))).toEqual([["🙂", "style"]]);
    expect(cut(after(spans, q, seen, ...inside, "v", "v", "u"))).toEqual([["The 🙂 cat sat.", "fact"]]);
  });
  test("a stretch may be of two types, and each can be taken from it", () => {
    const both = after(spans, q, seen, "1", "2");
    expect(cut(both)).toEqual([["The", "fact"], ["The", "style"]]);
    const [fact] = both.spans[0] ?? [];
    expect(cut(spans.change(q, seen, both, { do: "remove", at: 0, ...(fact ? { span: fact } : {}) }))).toEqual([["The", "style"]]);
  });
  test("the mark under the caret is removed whole", () => {
    expect(cut(after(spans, q, seen, "Shift+ArrowRight", "1", "u"))).toEqual([]);
  });
  test("a pointer may mark part of a word, and a click puts the caret there", () => {
    const pick = (change: SpansChange) => spans.change(q, seen, spans.begin(q, seen), change);
    const part = pick({ do: "pick", at: 0, range: { start: 6, end: 8 } });
    expect(cut(spans.change(q, seen, part, { do: "type", type: "fact" }))).toEqual([["ca", "fact"]]);
    expect(selection(pick({ do: "pick", at: 0, range: null, caret: 7 }), text)).toEqual({ start: 6, end: 9 });
  });
  test("offsets count code points, not the browser's units", () => {
    expect(wordsOf(text)[2]).toMatchObject({ start: 6, end: 9 });
    expect([toPoints(text, 7), toUnits(text, 6)]).toEqual([6, 7]);
  });
  test("a text without words has nothing to select", () => {
    expect(selection(spans.begin(q, { texts: [" \n"], steps: [[]] }), " \n")).toBeNull();
  });
});

describe("words of one's own", () => {
  test("a critique is complete at its length, blanks at its ends not counted", () => {
    const q = { kind: "critique", name: "q", min_length: 5 } as const;
    const write = (text: string) => critique.change(q, shown(1), critique.begin(q, shown(1)), { do: "write", text });
    expect([write("  four "), write("five!")].map((draft) => critique.complete(q, draft))).toEqual([false, true]);
    expect(critique.complete({ ...q, required: false }, write(""))).toBe(true);
  });
  test("a correction typed back to the original is no correction", () => {
    const q = { kind: "edit", name: "q" } as const;
    const write = (text: string) => edit.change(q, shown(2), edit.begin(q, shown(2)), { do: "write", text });
    expect(edit.answer(q, write("text 0!"))).toEqual({ texts: ["text 0!", null] });
    expect(edit.answer(q, write("text 0"))).toEqual({ texts: [null, null] });
    expect(edit.complete(q, write("  "))).toBe(false);
  });
});
