/** Numbers and times as people read them; a missing number is a dash, never a zero. */

const NONE = "–";

export function count(value: number | null | undefined): string {
  return value == null ? NONE : value.toLocaleString("en-GB");
}

export function percent(value: number | null | undefined, digits = 0): string {
  return value == null || !Number.isFinite(value) ? NONE : `${(value * 100).toFixed(digits)}%`;
}

export function decimal(value: unknown, digits = 2): string {
  return typeof value === "number" && Number.isFinite(value) ? value.toFixed(digits).replace("-", "−") : NONE;
}

export function seconds(ms: number | null | undefined): string {
  if (ms == null) return NONE;
  return ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

export function when(iso: string | null | undefined): string {
  if (!iso) return NONE;
  const at = new Date(iso);
  return at.toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

const METRICS: Record<string, string> = {
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
};

/** A trainer's name for a number, in words where the product has them. */
export function metricName(name: string): string {
  return METRICS[name] ?? name.replaceAll("_", " ");
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
