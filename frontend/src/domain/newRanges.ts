/** What a number of the campaign form may be. The inputs and the check before sending both read it; the server decides. */

import type { CampaignForm, Problems, TextField } from "./newCampaign";
import { problemOfNumber, type Range } from "./typedNumber";

interface FieldRange extends Range {
  least: number;
  most: number;
  /** Left empty it has no end, no price, or the value that is proposed. */
  optional?: boolean;
}

const SHARE = { least: 0, most: 100 };
const SOME = { least: 0, most: 100_000_000, optional: true };

export const RANGES = {
  completions: { least: 1, most: 8, whole: true },
  machinePairs: { least: 1, most: 64, whole: true },
  randomShare: SHARE,
  coldAnswers: { least: 0, most: 1_000_000, whole: true },
  budget: { least: 1, most: 1_000_000_000, whole: true },
  overlap: { least: 1, most: 20, whole: true },
  budgetHours: SOME,
  budgetMoney: SOME,
  payPerLabel: SOME,
  payPerHour: SOME,
  paidSeconds: { least: 1, most: 86_400, whole: true, optional: true },
  personLabels: { least: 0, most: 1_000_000_000, whole: true, optional: true },
  personHours: { least: 0, most: 1_000_000, optional: true },
  reserve: { least: 0, most: 99, optional: true },
  maxStepAge: { least: 0, most: 1_000_000_000_000, whole: true, optional: true },
  priorityDecay: { least: 0, most: 99, optional: true },
  trainingCards: { least: 1, most: 1_000, whole: true },
  trainingPass: { ...SHARE, optional: true },
  goldShare: { least: 1, most: 50 },
  goldJudged: { least: 1, most: 1_000, whole: true },
  goldPass: { ...SHARE, optional: true },
  repeatShare: { least: 1, most: 50 },
  pairsPerGroup: { least: 1, most: 100, whole: true },
  openTasks: { least: 1, most: 2_000_000, whole: true },
  leaseMinutes: { least: 0.1, most: 1_440 },
  maxSkips: { least: 1, most: 100, whole: true },
  retrainEvery: { least: 1, most: 1_000_000_000, whole: true },
  minLabels: { least: 2, most: 1_000_000_000, whole: true },
  heldoutShare: { least: 1, most: 99 },
  promotionSlack: { least: 0, most: 100 },
  seed: { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true },
} as const satisfies Partial<Record<TextField, FieldRange>>;

export type NumberName = keyof typeof RANGES;

export function rangeOf(field: NumberName): FieldRange {
  return RANGES[field];
}

export function problemsOfRanges(form: CampaignForm): Problems {
  const found: Problems = {};
  for (const field of Object.keys(RANGES) as NumberName[]) {
    const text = form[field].trim();
    const problem = !text && rangeOf(field).optional ? null : problemOfNumber(text, rangeOf(field));
    if (problem) found[field] = problem;
  }
  return found;
}
