/** A point of the learning curve in words: between which ends its figures lie, and what its training changed. */

import type { CurvePoint } from "../api/types";
import { t, tn } from "../i18n";
import { decimal, percent } from "./format";

/** Where a point keeps a figure, its ends, and the same figure of the version before. */
export const FIGURES = {
  nll: { value: "heldout_nll", low: "nll_low", high: "nll_high", before: "before_nll" },
  accuracy: { value: "heldout_accuracy", low: "accuracy_low", high: "accuracy_high", before: "before_accuracy" },
} as const satisfies Record<string, Record<"value" | "low" | "high" | "before", keyof CurvePoint>>;

export type Figure = (typeof FIGURES)[keyof typeof FIGURES];

type Change = NonNullable<CurvePoint["nll_change"]>;
type Show = (value: number | null) => string;

const SHOW: Record<keyof typeof FIGURES, Show> = {
  nll: (value) => decimal(value, 3),
  accuracy: (value) => percent(value, 1),
};

/** "0.561 (0.520 to 0.602)"; without the ends where too few answers set them. */
export function within(point: CurvePoint, name: keyof typeof FIGURES): string {
  const { value, low, high } = FIGURES[name];
  return ranged(SHOW[name], point[value], point[low], point[high]);
}

function ranged(show: Show, middle: number | null, low: number | null, high: number | null): string {
  if (low === null || high === null) return show(middle);
  return t("{{mean}} ({{low}} to {{high}})", { mean: show(middle), low: show(low), high: show(high) });
}

/** With its sign: what changed, and between which ends. */
function changed(name: keyof typeof FIGURES, { mean, low, high }: Change): string {
  const signed: Show = (value) => (value !== null && value > 0 ? `+${SHOW[name](value)}` : SHOW[name](value));
  return ranged(signed, mean, low, high);
}

const VERDICT = {
  better: "better than version {{before}}",
  worse: "worse than version {{before}}",
  even: "not clearly different from version {{before}}",
  few: "too few answers to compare it with version {{before}}",
} as const;

/** By the loss, which promotion goes by, and only where its whole interval says so. */
function verdict({ low, high }: Change): keyof typeof VERDICT {
  if (low === null || high === null) return "few";
  return high < 0 ? "better" : low > 0 ? "worse" : "even";
}

/** "Version 3, both judged on the same 240 answers: better than version 2. Loss −0.028 (−0.050 to −0.006), accuracy +1.2%." */
export function comparedSentence(point: CurvePoint): string | null {
  const { nll_change: loss, accuracy_change: accuracy, before_version: before, n_heldout: n } = point;
  if (!loss || before === null || n === null) return null;
  const found = t(VERDICT[verdict(loss)], { before });
  const values = { version: point.version, found, loss: changed("nll", loss) };
  if (!accuracy) {
    return tn(
      n,
      "Version {{version}}, both judged on the same {{n}} answer: {{found}}. Loss {{loss}}.",
      "Version {{version}}, both judged on the same {{n}} answers: {{found}}. Loss {{loss}}.",
      values,
    );
  }
  return tn(
    n,
    "Version {{version}}, both judged on the same {{n}} answer: {{found}}. Loss {{loss}}, accuracy {{accuracy}}.",
    "Version {{version}}, both judged on the same {{n}} answers: {{found}}. Loss {{loss}}, accuracy {{accuracy}}.",
    { ...values, accuracy: changed("accuracy", accuracy) },
  );
}
