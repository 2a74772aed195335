/**
 * All in order, best first, ties allowed. The draft is a list of tiers; completions in one tier are tied.
 *
 * The order shown first is nobody's opinion, so the form asks before it takes that order untouched.
 */

import { t } from "../../i18n";
import { type Common, type Draft, letter, looking, type Machine, places, type Row, row, type Shown } from "./kind";

export interface RankingQuestion extends Common {
  kind: "ranking";
  ties?: boolean;
}

export interface RankingAnswer {
  /** Along the completions shown; 1 is best, equal is tied. */
  ranks: number[];
}

export type Tiers = readonly (readonly number[])[];

export interface RankingDraft extends Draft {
  tiers: Tiers;
  touched: boolean;
  /** How many were placed by "next best": the next one goes behind them. */
  placed: number;
}

export type RankingChange =
  | { do: "better" | "worse" | "tie" | "reset" }
  | { do: "next"; place: number }
  /** Dropped: between two tiers (at index `tier`), or onto the tier there. */
  | { do: "drop"; place: number; tier: number; onto: boolean };

function tierOf(tiers: Tiers, place: number): number {
  return tiers.findIndex((tier) => tier.includes(place));
}

export function ranksOf(tiers: Tiers): number[] {
  const n = tiers.reduce((sum, tier) => sum + tier.length, 0);
  return Array.from({ length: n }, (_, place) => tierOf(tiers, place) + 1);
}

function tiersOf(ranks: readonly number[]): Tiers {
  const levels = [...new Set(ranks)].sort((x, y) => x - y);
  return levels.map((level) => ranks.flatMap((rank, place) => (rank === level ? [place] : [])));
}

/** Takes a completion out; an emptied tier closes up, and `tier` is where it stood. */
function without(tiers: Tiers, place: number): Tiers {
  return tiers.map((tier) => tier.filter((one) => one !== place)).filter((tier) => tier.length > 0);
}

function inserted(tiers: Tiers, index: number, place: number): Tiers {
  return [...tiers.slice(0, index), [place], ...tiers.slice(index)];
}

/** One place better or worse: out of its tie first, then past its neighbour. */
function moved(tiers: Tiers, place: number, by: -1 | 1): Tiers {
  const from = tierOf(tiers, place);
  const tied = (tiers[from]?.length ?? 0) > 1;
  const target = tied ? (by < 0 ? from : from + 1) : from + by;
  if (!tied && (target < 0 || target >= tiers.length)) return tiers;
  return inserted(without(tiers, place), target, place);
}

function joined(tiers: Tiers, place: number, tier: number): Tiers {
  const target = tiers[tier];
  if (!target || target.includes(place)) return tiers;
  const joint = tiers.map((one, index) => (index === tier ? [...one, place].sort((x, y) => x - y) : one.filter((p) => p !== place)));
  return joint.filter((one) => one.length > 0);
}

/** Tied with the next better; the best is tied with the next worse. */
function tied(tiers: Tiers, place: number): Tiers {
  const from = tierOf(tiers, place);
  if ((tiers[from]?.length ?? 0) > 1) return tiers;
  return joined(tiers, place, from > 0 ? from - 1 : 1);
}

function dropped(tiers: Tiers, place: number, tier: number, onto: boolean): Tiers {
  if (onto) return joined(tiers, place, tier);
  const from = tierOf(tiers, place);
  const closes = tiers[from]?.length === 1 && from < tier;
  return inserted(without(tiers, place), closes ? tier - 1 : tier, place);
}

function change(question: RankingQuestion, shown: Shown, draft: RankingDraft, said: RankingChange): RankingDraft {
  const ties = question.ties !== false;
  const to = (tiers: Tiers, at = draft.at): RankingDraft => ({ ...draft, at, tiers, touched: true });
  switch (said.do) {
    case "better":
    case "worse":
      return to(moved(draft.tiers, draft.at, said.do === "better" ? -1 : 1));
    case "tie":
      return ties ? to(tied(draft.tiers, draft.at)) : draft;
    case "drop":
      return to(dropped(draft.tiers, said.place, said.tier, said.onto && ties), said.place);
    case "reset":
      return begin(shown);
    case "next": {
      const placed = draft.placed >= draft.tiers.length ? 0 : draft.placed;
      const rest = without(draft.tiers, said.place);
      return { ...to(inserted(rest, Math.min(placed, rest.length), said.place), said.place), placed: placed + 1 };
    }
  }
}

function begin(shown: Shown): RankingDraft {
  return { at: 0, tiers: places(shown).map((place) => [place]), touched: false, placed: 0 };
}

function rows(question: RankingQuestion, shown: Shown): Row<RankingChange>[] {
  const next = t("Place the next best: in order, best first");
  return [
    row<RankingChange>(t("The one looked at is better: one place up"), ["ArrowUp", "ArrowLeft"], { do: "better" }, true),
    row<RankingChange>(t("The one looked at is worse: one place down"), ["ArrowDown", "ArrowRight"], { do: "worse" }, true),
    ...(question.ties === false ? [] : [row<RankingChange>(t("Tie it with its neighbour"), ["t", "="], { do: "tie" })]),
    ...places(shown).map((place) => row<RankingChange>(next, [`Shift+${place + 1}`], { do: "next", place })),
    row<RankingChange>(t("Back to the order shown"), ["0"], { do: "reset" }),
  ];
}

function said({ ranks }: RankingAnswer, then: string, even: string): string {
  return tiersOf(ranks)
    .map((tier) => tier.map(letter).join(even))
    .join(then);
}

export const ranking: Machine<RankingQuestion, RankingDraft, RankingChange, RankingAnswer> = {
  movesOn: false,
  decidesAtOnce: () => false,
  begin: (_question, shown) => begin(shown),
  again: (_question, _shown, { ranks }) => ({ at: 0, tiers: tiersOf(ranks), touched: true, placed: 0 }),
  change,
  complete: () => true,
  blank: (draft) => !draft.touched,
  answer: (_question, draft) => ({ ranks: ranksOf(draft.tiers) }),
  rows: (question, shown, draft) => [...rows(question, shown), ...looking(shown, draft, [","], ["."])],
  inWords: (_question, answer) => said(answer, " › ", " = "),
  glyph: (_question, answer) => {
    const whole = said(answer, "›", "=");
    return whole.length <= 5 ? whole : `${whole.slice(0, 3)}…`;
  },
};
