/** Whatever keys are pressed in whatever order, a draft stays a draft, and what it calls complete the server takes. */

import { describe, expect, test } from "vitest";

import { type AnyDraft, type Change, machineOf, type OneAnswer, type Question } from "./index";
import type { Shown } from "./kind";
import { pointsIn } from "./words";

const TEXTS = ["One two three.\n\nFour 𝒇ive 🙂 six.", "A single line", "x"];

function shownOf(n: number): Shown {
  const texts = TEXTS.slice(0, n);
  return { texts, steps: texts.map((text) => text.split("\n\n")) };
}

/** Small, seeded, and enough to wander. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function step(question: Question, shown: Shown, draft: AnyDraft, next: () => number): AnyDraft {
  const machine = machineOf(question);
  const rows = machine.rows(question, shown, draft);
  let said = rows[Math.floor(next() * rows.length)]?.change as Change;
  if (said.do === "enter") said = { do: "write", text: "words ".repeat(1 + Math.floor(next() * 3)) };
  if (said.do === "look") return { ...draft, at: said.at };
  return machine.change(question, shown, draft, said);
}

/** The rules of the answer's JSON, in the words of the API's contract. */
function problems(question: Question, shown: Shown, answer: OneAnswer): string[] {
  const n = shown.texts.length;
  const wrong: string[] = [];
  const need = (holds: boolean, what: string) => void (holds || wrong.push(what));
  if ("choice" in answer) need((answer.strength !== null) === ["first", "second"].includes(answer.choice), "strength with a side only");
  if ("best" in answer) {
    need(answer.best >= 0 && answer.best < n && (answer.worst === null || answer.worst < n), "a place shown");
    need(answer.best !== answer.worst, "best is not worst");
  }
  if ("ranks" in answer) {
    need(answer.ranks.length === n, "a rank for each");
    need([...new Set(answer.ranks)].sort().every((rank, i) => rank === i + 1), "no gaps in the ranks");
  }
  if ("scores" in answer && question.kind === "rating") {
    for (const { name, low = 1, high = 7 } of question.criteria) {
      need(answer.scores[name]?.length === n && answer.scores[name].every((score) => score >= low && score <= high), "on the scale");
    }
  }
  if ("good" in answer) need(answer.good.length === n, "good or bad for each");
  if ("end" in answer) {
    answer.marks.forEach((marks, place) => {
      need(marks.length === shown.steps[place]?.length, "a mark for each step");
      need(answer.end[place] !== "found_error" || marks.includes(-1), "an error found needs a bad step");
      need(answer.end[place] !== "solved" || !marks.includes(-1), "solved has no bad step");
    });
  }
  if ("spans" in answer) {
    answer.spans.forEach((spans, place) => {
      const length = pointsIn(shown.texts[place] ?? "");
      spans.forEach(({ start, end, type }, i) => {
        need(start >= 0 && start < end && end <= length, "inside the text");
        const met = spans.some((other, j) => j !== i && other.type === type && other.start < end && start < other.end);
        need(!met, "marks of one type that meet are one");
      });
    });
  }
  if ("texts" in answer) need(answer.texts.every((text) => text === null || text.trim() !== ""), "no empty text");
  return wrong;
}

const QUESTIONS: [string, Question, number[]][] = [
  ["pair", { kind: "pair", name: "q" }, [2]],
  ["best and worst", { kind: "best_worst", name: "q" }, [2, 3]],
  ["best alone", { kind: "best_worst", name: "q", worst: false }, [2, 3]],
  ["ranking", { kind: "ranking", name: "q" }, [2, 3]],
  ["rating", { kind: "rating", name: "q", criteria: [{ name: "a" }, { name: "b", low: -2, high: 2 }] }, [1, 3]],
  ["binary", { kind: "binary", name: "q" }, [1, 3]],
  ["steps", { kind: "steps", name: "q" }, [1, 3]],
  ["spans", { kind: "spans", name: "q", types: [{ name: "x" }, { name: "y" }] }, [1, 3]],
  ["critique", { kind: "critique", name: "q", per: "completion", min_length: 8 }, [1, 3]],
  ["edit", { kind: "edit", name: "q" }, [1, 3]],
];

describe.each(QUESTIONS)("%s", (_name, question, sizes) => {
  const machine = machineOf(question);
  test.each(sizes)("about %i: no walk over the keys breaks it, and complete answers come back as they were", (n) => {
    const shown = shownOf(n);
    let completed = 0;
    for (let seed = 1; seed <= 12; seed += 1) {
      const next = random(seed);
      let draft = machine.begin(question, shown);
      for (let pressed = 0; pressed < 40; pressed += 1) {
        draft = step(question, shown, draft, next);
        expect(draft.at).toBeGreaterThanOrEqual(0);
        expect(draft.at).toBeLessThan(n);
        if (!machine.complete(question, draft)) continue;
        completed += 1;
        const answer = machine.answer(question, draft);
        expect(problems(question, shown, answer)).toEqual([]);
        expect(machine.answer(question, machine.again(question, shown, answer))).toEqual(answer);
        expect(machine.inWords(question, answer)).not.toBe("");
        expect(machine.glyph(question, answer).length).toBeLessThanOrEqual(8);
      }
    }
    expect(completed).toBeGreaterThan(20);
  });

  test("nothing said is blank", () => {
    expect(machine.blank(machine.begin(question, shownOf(sizes[0] ?? 1)))).toBe(true);
  });
});
