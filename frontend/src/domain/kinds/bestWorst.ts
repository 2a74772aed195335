/** The best of a few, and the worst: two keys. The first digit names the best, the second the worst. */

import { t } from "../../i18n";
import { type Common, type Draft, letter, looking, type Machine, places, type Row, row, type Shown } from "./kind";

export interface BestWorstQuestion extends Common {
  kind: "best_worst";
  worst?: boolean;
}

export interface BestWorstAnswer {
  best: number;
  worst: number | null;
}

export interface BestWorstDraft extends Draft {
  best: number | null;
  worst: number | null;
  /** How many completions there are: of two, naming the best names the worst. */
  of: number;
}

export type BestWorstChange = { do: "choose" | "best" | "worst"; place: number };

export function asksWorst(question: BestWorstQuestion): boolean {
  return question.worst !== false;
}

function finished(question: BestWorstQuestion, { best, worst }: BestWorstDraft): boolean {
  return best !== null && (worst !== null || !asksWorst(question));
}

/** A completion is never both: naming it anew takes it from where it was. */
function asBest(question: BestWorstQuestion, draft: BestWorstDraft, place: number): BestWorstDraft {
  const other = asksWorst(question) && draft.of === 2 ? 1 - place : draft.worst === place ? null : draft.worst;
  return { ...draft, at: place, best: place, worst: other };
}

function asWorst(question: BestWorstQuestion, draft: BestWorstDraft, place: number): BestWorstDraft {
  if (!asksWorst(question)) return draft;
  const other = draft.of === 2 ? 1 - place : draft.best === place ? null : draft.best;
  return { ...draft, at: place, worst: place, best: other };
}

/** A finished answer begins anew; the same digit twice takes it back. */
function choose(question: BestWorstQuestion, draft: BestWorstDraft, place: number): BestWorstDraft {
  if (finished(question, draft) || draft.best === null) {
    const anew = finished(question, draft) ? { ...draft, best: null, worst: null } : draft;
    return asBest(question, anew, place);
  }
  if (draft.best === place) return { ...draft, best: null };
  return asWorst(question, draft, place);
}

function rows(question: BestWorstQuestion, shown: Shown, draft: BestWorstDraft): Row<BestWorstChange>[] {
  const worst = asksWorst(question);
  const direct = worst ? t("The best, then the worst, by place: 1 is A") : t("The best, by place: 1 is A");
  return [
    ...places(shown).map((place) => row<BestWorstChange>(direct, [String(place + 1)], { do: "choose", place })),
    ...(worst
      ? places(shown).map((place) => row<BestWorstChange>(t("The worst, by place"), [`Shift+${place + 1}`], { do: "worst", place }))
      : []),
    row<BestWorstChange>(t("The one looked at is the best"), ["+"], { do: "best", place: draft.at }),
    ...(worst ? [row<BestWorstChange>(t("The one looked at is the worst"), ["-"], { do: "worst", place: draft.at })] : []),
  ];
}

export const bestWorst: Machine<BestWorstQuestion, BestWorstDraft, BestWorstChange, BestWorstAnswer> = {
  movesOn: true,
  decidesAtOnce: () => true,
  begin: (_question, shown) => ({ at: 0, best: null, worst: null, of: shown.texts.length }),
  again: (_question, shown, { best, worst }) => ({ at: best, best, worst, of: shown.texts.length }),
  change: (question, _shown, draft, change) => {
    if (change.do === "choose") return choose(question, draft, change.place);
    return (change.do === "best" ? asBest : asWorst)(question, draft, change.place);
  },
  complete: finished,
  blank: (draft) => draft.best === null && draft.worst === null,
  answer: (question, { best, worst }) => ({ best: best ?? 0, worst: asksWorst(question) ? worst : null }),
  rows: (question, shown, draft) => [
    ...rows(question, shown, draft),
    ...looking(shown, draft, ["ArrowLeft", ","], ["ArrowRight", "."], false),
  ],
  inWords: (_question, { best, worst }) =>
    worst === null
      ? t("{{best}} best", { best: letter(best) })
      : t("{{best}} best, {{worst}} worst", { best: letter(best), worst: letter(worst) }),
  glyph: (_question, { best, worst }) => `▲${letter(best)}${worst === null ? "" : `▼${letter(worst)}`}`,
};
