/** A score for each completion on each criterion. Digits score the cell in focus and go on to the next empty one. */

import { t } from "../../i18n";
import { type Common, type Draft, letter, type Machine, places, replaced, type Row, row, type Shown } from "./kind";

export interface Criterion {
  name: string;
  title?: string | undefined;
  guideline?: string | undefined;
  low?: number;
  high?: number;
  low_label?: string | undefined;
  high_label?: string | undefined;
}

export interface RatingQuestion extends Common {
  kind: "rating";
  criteria: readonly Criterion[];
  orders_by?: string;
}

export interface RatingAnswer {
  scores: Record<string, number[]>;
}

export interface RatingDraft extends Draft {
  criterion: number;
  /** By criterion, then by completion. */
  scores: readonly (readonly (number | null)[])[];
}

export type RatingChange =
  | { do: "score"; score: number }
  | { do: "adjust"; by: number }
  | { do: "set"; score: number }
  | { do: "cell"; criterion: number; at: number }
  | { do: "clear" };

export function titleOf({ title, name }: { title?: string | undefined; name: string }): string {
  return title || name.replaceAll("_", " ").replaceAll("-", " ");
}

export function scale({ low = 1, high = 7 }: Criterion): number[] {
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}

/** One criterion over all completions, then the next: that keeps the comparison in mind. */
function nextEmpty(draft: RatingDraft): RatingDraft {
  const width = draft.scores[0]?.length ?? 1;
  const cells = draft.scores.flat();
  const here = draft.criterion * width + draft.at;
  for (let step = 1; step <= cells.length; step += 1) {
    const cell = (here + step) % cells.length;
    if (cells[cell] === null) return { ...draft, criterion: Math.floor(cell / width), at: cell % width };
  }
  return draft;
}

function withScore(draft: RatingDraft, score: number | null): RatingDraft {
  const line = draft.scores[draft.criterion] ?? [];
  return { ...draft, scores: replaced(draft.scores, draft.criterion, replaced(line, draft.at, score)) };
}

function change(question: RatingQuestion, _shown: Shown, draft: RatingDraft, said: RatingChange): RatingDraft {
  const values = scale(question.criteria[draft.criterion] ?? { name: "" });
  const [low = 1, high = 7] = [values[0], values.at(-1)];
  switch (said.do) {
    case "score":
      return said.score < low || said.score > high ? draft : nextEmpty(withScore(draft, said.score));
    case "set":
      return withScore(draft, Math.max(low, Math.min(high, said.score)));
    case "adjust": {
      const now = draft.scores[draft.criterion]?.[draft.at] ?? null;
      const next = now === null ? (said.by > 0 ? low : high) : Math.max(low, Math.min(high, now + said.by));
      return withScore(draft, next);
    }
    case "cell":
      return { ...draft, criterion: said.criterion, at: said.at };
    case "clear":
      return withScore(draft, null);
  }
}

/** A score of one digit is its own key, and ten is the key after nine; on other scales keys count from the low end. */
export function keyOf(score: number, values: readonly number[]): string | null {
  const [low = 1, high = 7] = [values[0], values.at(-1)];
  const own = low >= 0 && (high <= 9 || (low > 0 && high === 10));
  const digit = own ? score : score - low + 1;
  return digit > 10 ? null : String(digit % 10);
}

function moves({ criteria }: RatingQuestion, shown: Shown, draft: RatingDraft): Row<RatingChange>[] {
  const n = shown.texts.length;
  const to = (criterion: number, at: number): RatingChange => ({
    do: "cell",
    criterion: Math.max(0, Math.min(criteria.length - 1, criterion)),
    at: Math.max(0, Math.min(n - 1, at)),
  });
  const across = n < 2 ? [] : [
    row(t("The answer to the left or right"), ["ArrowLeft", ","], to(draft.criterion, draft.at - 1), true),
    row(t("The answer to the left or right"), ["ArrowRight", "."], to(draft.criterion, draft.at + 1), true),
  ];
  const down = criteria.length < 2 ? [] : [
    row(t("The criterion above or below"), ["ArrowUp", "k"], to(draft.criterion - 1, draft.at), true),
    row(t("The criterion above or below"), ["ArrowDown", "j"], to(draft.criterion + 1, draft.at), true),
  ];
  return [...across, ...down];
}

function rows(question: RatingQuestion, shown: Shown, draft: RatingDraft): Row<RatingChange>[] {
  const values = scale(question.criteria[draft.criterion] ?? { name: "" });
  const scores = values.flatMap((score) => {
    const key = keyOf(score, values);
    return key === null ? [] : [row<RatingChange>(t("Score the cell in focus, and go on"), [key], { do: "score", score })];
  });
  return [
    ...scores,
    row<RatingChange>(t("One more, one less"), ["+"], { do: "adjust", by: 1 }, true),
    row<RatingChange>(t("One more, one less"), ["-"], { do: "adjust", by: -1 }, true),
    ...moves(question, shown, draft),
    row<RatingChange>(t("Empty the cell"), ["u", "Delete"], { do: "clear" }),
  ];
}

export const rating: Machine<RatingQuestion, RatingDraft, RatingChange, RatingAnswer> = {
  movesOn: true,
  decidesAtOnce: () => false,
  begin: ({ criteria }, shown) => ({ at: 0, criterion: 0, scores: criteria.map(() => places(shown).map(() => null)) }),
  again: ({ criteria }, shown, { scores }) => ({
    at: 0,
    criterion: 0,
    scores: criteria.map(({ name }) => places(shown).map((place) => scores[name]?.[place] ?? null)),
  }),
  change,
  complete: (_question, draft) => draft.scores.every((line) => line.every((score) => score !== null)),
  blank: (draft) => draft.scores.every((line) => line.every((score) => score === null)),
  answer: ({ criteria }, draft) => ({
    scores: Object.fromEntries(criteria.map(({ name }, i) => [name, (draft.scores[i] ?? []).map((score) => score ?? 0)])),
  }),
  rows,
  inWords: ({ criteria }, { scores }) =>
    criteria
      .map((one) => `${titleOf(one)}: ${(scores[one.name] ?? []).map((score, place) => `${letter(place)} ${score}`).join(", ")}`)
      .join("; "),
  glyph: ({ criteria, orders_by }, { scores }) => {
    const line = scores[orders_by ?? criteria[0]?.name ?? ""] ?? [];
    return line.slice(0, 3).join("·") + (line.length > 3 ? "…" : "");
  },
};
