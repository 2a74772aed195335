/**
 * Step by step: good, neutral or bad, until the solution ends or the first error is found. Unmarked is not neutral.
 *
 * The end always agrees with the marks: a solution with a bad step ends in "found an error", and one without does not.
 */

import { t } from "../../i18n";
import { type Common, type Draft, letter, looking, type Machine, nextOpen, replaced, type Row, row, type Shown } from "./kind";

export type Mark = -1 | 0 | 1;
export type End = "solved" | "found_error" | "gave_up" | "bad_problem";

export interface StepsQuestion extends Common {
  kind: "steps";
  split?: "paragraph" | "line";
}

export interface StepsAnswer {
  marks: (Mark | null)[][];
  end: End[];
}

export interface StepsDraft extends Draft {
  /** Which step is in focus, for each completion. */
  step: readonly number[];
  marks: readonly (readonly (Mark | null)[])[];
  end: readonly (End | null)[];
}

export type StepsChange =
  | { do: "go"; step: number }
  | { do: "mark"; mark: Mark; step?: number }
  | { do: "good_to_end" | "first_error" | "unmark" | "finish" | "gave_up" | "bad_problem" };

type Marks = readonly (Mark | null)[];

/** Which end stands after the marks changed: one that they contradict falls. */
function agreed(end: End | null, marks: Marks): End | null {
  const bad = marks.includes(-1);
  if (end === "solved") return bad ? "found_error" : "solved";
  if (end === "found_error") return bad ? "found_error" : null;
  return end;
}

function here(draft: StepsDraft): { step: number; marks: Marks; end: End | null } {
  return { step: draft.step[draft.at] ?? 0, marks: draft.marks[draft.at] ?? [], end: draft.end[draft.at] ?? null };
}

function marked(draft: StepsDraft, marks: Marks, step: number): StepsDraft {
  const last = Math.max(0, marks.length - 1);
  return {
    ...draft,
    marks: replaced(draft.marks, draft.at, marks),
    step: replaced(draft.step, draft.at, Math.max(0, Math.min(last, step))),
    end: replaced(draft.end, draft.at, agreed(here(draft).end, marks)),
  };
}

/** Ends this completion and looks at the next that has not ended. */
function ended(draft: StepsDraft, end: End): StepsDraft {
  const ends = replaced(draft.end, draft.at, end);
  return { ...draft, end: ends, at: nextOpen(draft.at, ends.map((one) => one === null)) };
}

/** What stands before the first error is right, and nobody looks at what follows it. */
function firstError(draft: StepsDraft): StepsDraft {
  const { step, marks } = here(draft);
  const cascade = marks.map((mark, i): Mark | null => (i < step ? (mark === 0 ? 0 : 1) : i === step ? -1 : null));
  return ended(marked(draft, cascade, step), "found_error");
}

function change(_question: StepsQuestion, _shown: Shown, draft: StepsDraft, said: StepsChange): StepsDraft {
  const { step, marks } = here(draft);
  switch (said.do) {
    case "go":
      return marked(draft, marks, said.step);
    case "mark": {
      const at = said.step ?? step;
      return marked(draft, replaced(marks, at, said.mark), at + 1);
    }
    case "good_to_end":
      return marked(draft, marks.map((mark, i) => (i >= step ? 1 : mark)), marks.length - 1);
    case "unmark":
      return marked(draft, replaced(marks, step, null), step);
    case "first_error":
      return firstError(draft);
    case "finish":
      return ended(draft, marks.includes(-1) ? "found_error" : "solved");
    case "gave_up":
    case "bad_problem":
      return ended(draft, said.do);
  }
}

function rows(draft: StepsDraft): Row<StepsChange>[] {
  const { step, marks } = here(draft);
  const bad = marks.includes(-1);
  return [
    row<StepsChange>(t("Good, and on to the next step"), ["1"], { do: "mark", mark: 1 }),
    row<StepsChange>(t("Neutral, and on to the next step"), ["2"], { do: "mark", mark: 0 }),
    row<StepsChange>(t("Bad, and on to the next step"), ["3"], { do: "mark", mark: -1 }),
    row<StepsChange>(t("Good from here to the end"), ["Shift+1"], { do: "good_to_end" }),
    row<StepsChange>(t("First error here: what stands before it is right"), ["e"], { do: "first_error" }),
    row<StepsChange>(t("Take the mark back: unmarked, which is not neutral"), ["u", "Delete"], { do: "unmark" }),
    row<StepsChange>(t("The step below or above"), ["j", "ArrowDown"], { do: "go", step: step + 1 }, true),
    row<StepsChange>(t("The step below or above"), ["k", "ArrowUp"], { do: "go", step: step - 1 }, true),
    row<StepsChange>(bad ? t("Finished: an error was found") : t("Finished: solved, no bad step"), ["s"], { do: "finish" }),
    row<StepsChange>(t("Gave up: I cannot tell"), ["g"], { do: "gave_up" }),
    row<StepsChange>(t("Bad problem: it cannot be judged"), ["b"], { do: "bad_problem" }),
  ];
}

export function endInWords(end: End): string {
  switch (end) {
    case "solved":
      return t("solved");
    case "found_error":
      return t("error found");
    case "gave_up":
      return t("gave up");
    case "bad_problem":
      return t("bad problem");
  }
}

function one(marks: Marks, end: End): string {
  const first = marks.indexOf(-1);
  return end === "found_error" ? t("error in step {{n}}", { n: first + 1 }) : endInWords(end);
}

export const steps: Machine<StepsQuestion, StepsDraft, StepsChange, StepsAnswer> = {
  movesOn: true,
  decidesAtOnce: () => false,
  begin: (_question, shown) => ({
    at: 0,
    step: shown.steps.map(() => 0),
    marks: shown.steps.map((list) => list.map(() => null)),
    end: shown.steps.map(() => null),
  }),
  again: (_question, shown, { marks, end }) => ({ at: 0, step: shown.steps.map(() => 0), marks, end }),
  change,
  complete: (_question, draft) => draft.end.every((end) => end !== null),
  blank: (draft) => draft.end.every((end) => end === null) && draft.marks.every((list) => list.every((mark) => mark === null)),
  answer: (_question, draft) => ({
    marks: draft.marks.map((list) => [...list]),
    end: draft.end.map((end) => end ?? "gave_up"),
  }),
  rows: (_question, shown, draft) => [
    ...rows(draft),
    ...looking(shown, draft, ["ArrowLeft", ","], ["ArrowRight", "."], false),
  ],
  inWords: (_question, { marks, end }) => {
    const said = end.map((how, place) => one(marks[place] ?? [], how));
    return said.length === 1 ? (said[0] ?? "") : said.map((words, place) => `${letter(place)} ${words}`).join(", ");
  },
  glyph: (_question, { marks, end }) => {
    const signs = end.map((how, place) => {
      if (how === "found_error") return `✕${(marks[place] ?? []).indexOf(-1) + 1}`;
      return { solved: "✓", gave_up: "?", bad_problem: "!" }[how];
    });
    return signs.slice(0, 2).join("") + (signs.length > 2 ? "…" : "");
  },
};
