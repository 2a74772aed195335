/** What figures about people mean, in words: agreement, why there is none, and who should be talked to. */

import { t } from "../i18n";

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

const WHY = {
  empty_pool: "No item was answered by two people yet.",
  undefined: "Everybody gave the same answer throughout.",
  no_classes: "This form asks for neither a preference nor a class.",
  unsettled: "The model of the answers did not come to rest.",
} as const;

/** Why a figure is missing; a code nobody has words for is still no figure. */
export function whyNot(code: string | null): string {
  const known = code !== null && Object.hasOwn(WHY, code) ? WHY[code as keyof typeof WHY] : "The answers do not allow it yet.";
  return t(known);
}

export interface Shared {
  share: number;
  low: number;
  high: number;
  of: number;
}

export type Lean = "left" | "right" | null;

/** A side somebody leans to beyond doubt: the interval misses one half. */
export function lean(left: Shared | null): Lean {
  if (left === null) return null;
  return left.low > 0.5 ? "left" : left.high < 0.5 ? "right" : null;
}

/** Of a newcomer nothing is known, so nothing is said. */
const ENOUGH = 50;

/** Whoever may well be guessing: after many answers the interval of being right still reaches down to chance. */
export function mayGuess(row: { answers: number; reliability: { low: number } | null }, chance: number): boolean {
  return row.reliability !== null && row.answers >= ENOUGH && row.reliability.low <= chance;
}
