/** What figures about people mean, in words: agreement, why there is none, and who should be talked to. */

import type { MatrixCell } from "../api/quality";
import { t, tn } from "../i18n";
import { count, decimal, percent } from "./format";

/** Krippendorff's own thresholds; between people's tastes even good work stays below them. */
export type Standing = "high" | "fair" | "low" | "none";

export function standing(alpha: number | null): Standing {
  if (alpha === null) return "none";
  return alpha >= 0.8 ? "high" : alpha >= 0.667 ? "fair" : "low";
}

const STANDINGS = { high: "reliable", fair: "enough for tentative conclusions", low: "differs a lot" } as const;

export function standingName(found: Standing): string {
  return found === "none" ? "–" : t(STANDINGS[found]);
}

/** Cells of the matrix come in five shades and one for less than chance; the number is always written too. */
export function shade(kappa: number | null): string {
  if (kappa === null) return "heat-none";
  return kappa < 0 ? "heat-below" : `heat-${Math.min(Math.floor(kappa * 5), 4)}`;
}

/** A cell of the matrix as a sentence: what was found and how surely, or why there is nothing to find. */
export function cellInWords({ cards, few, kappa, low, high }: MatrixCell): string {
  if (few) return tn(cards, "{{n}} card in common: too few for a kappa.", "{{n}} cards in common: too few for a kappa.");
  if (kappa === null) return t("Both always said one and the same: no kappa.");
  return tn(cards, "Kappa {{kappa}}, 95% interval {{low}} to {{high}}, from {{n}} card.", "Kappa {{kappa}}, 95% interval {{low}} to {{high}}, from {{n}} cards.", {
    kappa: decimal(kappa),
    low: decimal(low),
    high: decimal(high),
  });
}

const WHY = {
  empty_pool: "No two people answered the same item.",
  ties: "Wherever two people compared the same completions, one of them at least saw no difference.",
  undefined: "Everybody gave the same answer throughout.",
  no_classes: "This form asks for neither a preference nor a class.",
  unsettled: "The model of the answers did not come to rest.",
} as const;

/** Why a figure is missing; a code nobody has words for is still no figure. */
export function whyNot(code: string | null): string {
  const known = code !== null && Object.hasOwn(WHY, code) ? WHY[code as keyof typeof WHY] : "The answers do not allow it.";
  return t(known);
}

export interface Notice {
  kind: "below_chance" | "near_chance" | "fell" | "alike" | "leans_left" | "leans_right" | "hurries";
  answers: number;
  seen: number;
  expected: number;
  other: string | null;
}

/** What to talk about with somebody, as a sentence; it says what was seen and never what they meant by it. */
export function noticed(one: Notice): string {
  const figures = { of: count(one.answers), seen: percent(one.seen), expected: percent(one.expected), other: one.other ?? "–" };
  switch (one.kind) {
    case "below_chance":
      return t("right less often than chance: may have misunderstood the question");
    case "near_chance":
      return t("hardly better than chance");
    case "fell":
      return t("less reliable after about {{n}} of {{of}} answers", { n: count(one.seen), of: figures.of });
    case "alike":
      return t("says the same as {{other}} in {{seen}} of {{of}} shared items; their skill explains {{expected}}", figures);
    case "leans_left":
      return t("leans left");
    case "leans_right":
      return t("leans right");
    case "hurries":
      return t("takes less than a third of others' time in {{seen}} of {{of}} cards", figures);
  }
}
