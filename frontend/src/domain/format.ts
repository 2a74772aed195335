/** Numbers and times as people read them in their language; a missing number is a dash, never a zero. */

import { dates, numbers, t, tn } from "../i18n";

const NONE = "–";

export function count(value: number | null | undefined): string {
  return value == null ? NONE : written(value, {});
}

export function percent(value: number | null | undefined, digits = 0): string {
  if (value == null || !Number.isFinite(value)) return NONE;
  return written(value, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function decimal(value: unknown, digits = 2): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return NONE;
  return written(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** With a true minus sign, and none before what rounds to nought. */
function written(value: number, options: Intl.NumberFormatOptions): string {
  return numbers({ signDisplay: "negative", ...options }).format(value).replace("-", "−");
}

export function seconds(ms: number | null | undefined): string {
  if (ms == null) return NONE;
  return `${decimal(ms / 1000, ms < 9_950 ? 1 : 0)} s`;
}

/** With the year where it is not this one. */
export function when(iso: string | null | undefined, now = new Date()): string {
  if (!iso) return NONE;
  const at = new Date(iso);
  if (at.getFullYear() !== now.getFullYear()) return dated(iso);
  return dates({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(at);
}

/** A stretch of time, in the largest unit that has two of it. */
export function spanInWords(hours: number): string {
  if (hours >= 48) return tn(Math.round(hours / 24), "{{n}} day", "{{n}} days");
  if (hours >= 2) return tn(Math.round(hours), "{{n}} hour", "{{n}} hours");
  return tn(Math.max(1, Math.round(hours * 60)), "{{n}} minute", "{{n}} minutes");
}

/** With the year, for what is kept for years or lies that far ahead. */
export function dated(iso: string | null | undefined): string {
  if (!iso) return NONE;
  return dates({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
}

/** The time of day to the second, for lines of a log. */
export function clock(iso: string): string {
  return dates({ hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(new Date(iso));
}

const METRICS = {
  heldout_nll: "held-out loss",
  heldout_accuracy: "held-out accuracy",
  ece: "calibration error",
  ebce: "broken promises (EBCE)",
  auroc: "knows its errors (AUROC)",
  auroc_spread: "the same by disagreement alone",
  aurc: "risk over coverage (AURC)",
  train_loss: "loss in training",
  brier: "Brier score",
  n_train: "answers trained on",
  n_heldout: "answers held out",
  n_calibration: "answers for calibration",
  n_train_prompts: "prompts trained on",
} as const;

/** A trainer's name for a number, in words where the product has them. */
export function metricName(name: string): string {
  const known = Object.hasOwn(METRICS, name) ? METRICS[name as keyof typeof METRICS] : null;
  return known ? t(known) : name.replaceAll("_", " ");
}

/** A name as the slug of an address: lower case, digits and dashes. */
export function slugOf(name: string): string {
  const ascii = name.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  return ascii
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 100);
}
