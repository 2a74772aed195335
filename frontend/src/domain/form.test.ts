import { describe, expect, test } from "vitest";

import { answerOf, begin, change, enter, type Filled, type Form, again, inWords, submit } from "./form";
import { choose } from "./kinds/pair";
import type { Shown } from "./kinds/kind";

const shown: Shown = { texts: ["one", "two"], steps: [[], []] };
const PAIR = { kind: "pair", name: "preference" } as const;
const RANK = { kind: "ranking", name: "order" } as const;
const RATE = { kind: "rating", name: "quality", criteria: [{ name: "helpful" }] } as const;
const WHY = { kind: "critique", name: "why", required: false } as const;
const LEFT = choose(PAIR, "first");

const score = (form: Form, filled: Filled, ...scores: number[]) =>
  scores.reduce((now, one) => change(form, shown, now, { do: "score", score: one }).filled, filled);

describe("one question", () => {
  test("a single decision is the whole answer", () => {
    const said = change([PAIR], shown, begin([PAIR], shown), LEFT);
    expect(said.submit).toBe(true);
    expect(answerOf([PAIR], said.filled)).toEqual({ preference: { choice: "first", strength: 2 } });
  });

  test("best and worst is sent when both are named", () => {
    const form: Form = [{ kind: "best_worst", name: "bw" }];
    const three = { texts: ["a", "b", "c"], steps: [[], [], []] };
    const best = change(form, three, begin(form, three), { do: "choose", place: 1 });
    expect(best.submit).toBe(false);
    expect(change(form, three, best.filled, { do: "choose", place: 0 }).submit).toBe(true);
  });

  test("anything else waits for Enter", () => {
    const filled = score([RATE], begin([RATE], shown), 3, 4);
    expect(enter([RATE], filled)).toEqual({ kind: "submit" });
    expect(enter([RATE], score([RATE], begin([RATE], shown), 3))).toMatchObject({ kind: "missing", question: RATE });
  });

  test("an order nobody touched is doubted once", () => {
    const untouched = begin([RANK], shown);
    expect(enter([RANK], untouched)).toMatchObject({ kind: "doubt", question: RANK });
    expect(enter([RANK], untouched, true)).toEqual({ kind: "submit" });
    expect(enter([RANK], change([RANK], shown, untouched, { do: "worse" }).filled)).toEqual({ kind: "submit" });
  });

  test("an order that was sent before is not doubted again", () => {
    expect(enter([RANK], again([RANK], shown, { order: { ranks: [1, 2] } }))).toEqual({ kind: "submit" });
  });
});

describe("several questions", () => {
  const form: Form = [RATE, PAIR, WHY];

  test("the focus goes on when one is complete, and nothing is sent before Enter", () => {
    const rated = score(form, begin(form, shown), 3, 4);
    expect(rated.at).toBe(1);
    const preferred = change(form, shown, rated, LEFT);
    expect(preferred).toMatchObject({ submit: false, filled: { at: 2 } });
    expect(enter(form, preferred.filled)).toEqual({ kind: "submit" });
  });

  test("a question that may be left out is left out", () => {
    const filled = change(form, shown, score(form, begin(form, shown), 3, 4), LEFT).filled;
    expect(answerOf(form, filled)).toEqual({ quality: { scores: { helpful: [3, 4] } }, preference: { choice: "first", strength: 2 } });
    const wrote = change(form, shown, filled, { do: "write", text: "Because." }).filled;
    expect(answerOf(form, wrote)).toHaveProperty("why", { text: "Because." });
  });

  test("what is missing is shown, wherever one sends from", () => {
    const last = { ...begin(form, shown), at: 2 };
    expect(submit(form, last)).toMatchObject({ kind: "missing", question: RATE, filled: { at: 0 } });
  });

  test("a form of questions that may all be left out wants one of them", () => {
    expect(enter([WHY], begin([WHY], shown))).toMatchObject({ kind: "missing" });
  });

  test("looking at another completion answers nothing", () => {
    const looked = change(form, shown, begin(form, shown), { do: "look", at: 1 });
    expect(looked).toMatchObject({ submit: false, filled: { at: 0, drafts: [{ at: 1 }, {}, {}] } });
  });

  test("a decision changed later leads on as it did before", () => {
    const answered = again(form, shown, { quality: { scores: { helpful: [3, 4] } }, preference: { choice: "second", strength: 1 } });
    const changed = change(form, shown, { ...answered, at: 1 }, LEFT);
    expect(changed.filled.at).toBe(2);
    expect(inWords(form, answerOf(form, changed.filled))).toBe("quality: helpful: A 3, B 4; preference: A clearly better");
  });
});
