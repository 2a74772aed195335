/** Where the zones of a reward-distribution curve begin and end, and what the audit of flips says. */

import type { MachineCurve, MachineStatus } from "../api/types";
import { t, tn } from "../i18n";
import { wilson } from "./calibration";
import { percent } from "./format";

/** The share of labels whose agreement is at least `level`, read off the falling curve. */
function shareAbove(level: number, { share, agreement }: MachineCurve): number {
  const below = agreement.findIndex((value) => value < level);
  if (below < 0) return share.at(-1) ?? 1;
  if (below === 0) return share[0] ?? 0;
  const [x0 = 0, x1 = 1, y0 = 0, y1 = 0] = [share[below - 1], share[below], agreement[below - 1], agreement[below]];
  return x0 + ((y0 - level) / (y0 - y1)) * (x1 - x0);
}

export interface ZoneEdges {
  keepUntil: number;
  flipFrom: number;
}

/** Keep ends where agreement falls under the knee; flip begins where it falls under the reflection, if there is one. */
export function zoneEdges(curve: MachineCurve): ZoneEdges {
  const end = curve.share.at(-1) ?? 1;
  return {
    keepUntil: shareAbove(curve.knee, curve),
    flipFrom: curve.reflection === null ? end : shareAbove(curve.reflection, curve),
  };
}

export function auditSentence({ audited, right, automatic }: MachineStatus["flips"]): string {
  if (audited === 0) return t("No suspected flip is audited yet, so no label is turned round unseen.");
  const [low, high] = wilson(right / audited, audited);
  const found = tn(
    audited,
    "Of {{n}} suspected flip audited by people, {{right}} were right ({{share}}, 95% interval {{low}} to {{high}}).",
    "Of {{n}} suspected flips audited by people, {{right}} were right ({{share}}, 95% interval {{low}} to {{high}}).",
    { right, share: percent(right / audited), low: percent(low), high: percent(high) },
  );
  const unseen =
    automatic > 0
      ? tn(automatic, "{{n}} label turned round unseen.", "{{n}} labels turned round unseen.")
      : t("None is turned round unseen.");
  return `${found} ${unseen}`;
}
