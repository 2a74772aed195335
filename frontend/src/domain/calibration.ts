/** What a version's held-out measures mean, and how much of each is chance. */

import type { Calibration } from "../api/types";
import { t } from "../i18n";
import { decimal, percent } from "./format";

const Z_95 = 1.96;

/** The 95% Wilson interval of a share: honest at small n, inside 0..1. The share may be of half answers (ties). */
export function wilson(share: number, n: number): [low: number, high: number] {
  const z2 = (Z_95 * Z_95) / n;
  const middle = share + z2 / 2;
  const half = Z_95 * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n));
  return [(middle - half) / (1 + z2), (middle + half) / (1 + z2)];
}

/** The calibration error a perfectly calibrated model would still show with this many answers, in ten bins. */
export function eceByChance(n: number): number {
  return 0.4 * Math.sqrt(10 / n);
}

export interface Measure {
  name: string;
  value: string;
  meaning: string;
}

export function measures(found: Calibration): Measure[] {
  return [
    { name: t("Accuracy"), value: percent(found.accuracy, 1), meaning: t("Clear answers on the side the model prefers.") },
    {
      name: t("Loss (NLL)"),
      value: decimal(found.nll, 3),
      meaning: t("Mean surprise per answer, in nats. Always saying one half scores 0.693."),
    },
    {
      name: t("Calibration error (ECE)"),
      value: decimal(found.ece, 3),
      meaning:
        found.n_heldout > 0
          ? t("How far stated confidence lies from the share right. With this many answers about {{error}} is chance alone.", {
              error: decimal(eceByChance(found.n_heldout), 3),
            })
          : t("How far stated confidence lies from the share right."),
    },
    {
      name: t("Broken promises (EBCE)"),
      value: decimal(found.ebce, 3),
      meaning: t("How far the share right falls short of what the model's intervals promise. 0 is none."),
    },
    {
      name: t("Knows its errors (AUROC)"),
      value: decimal(found.auroc, 2),
      meaning: t("Chance that a wrong pair looks less certain than a right one. 0.5 is no use, 1 is perfect."),
    },
    {
      name: t("Risk over coverage (AURC)"),
      value: decimal(found.aurc, 3),
      meaning: t("Mean error rate over all coverages: the area under the curve above."),
    },
    {
      name: t("Temperature"),
      value: decimal(found.temperature, 2),
      meaning: t("Margins are divided by this. Above 1 the raw model was too sure."),
    },
  ];
}
