/** What a new campaign may use beside labels, what it takes from one person and one stratum, and how old a rollout may be. */

import type { NewCampaign } from "../api/types";
import { t } from "../i18n";
import { numberOf, problemOfNumber } from "./typedNumber";

export interface BudgetForm {
  budgetHours: string;
  budgetMoney: string;
  currency: string;
  payPerLabel: string;
  payPerHour: string;
  paidSeconds: string;
  personLabels: string;
  personHours: string;
  reserve: string; // percent; empty is what the other settings need
  extraOnDisagreement: boolean;
  strataBy: string; // "run", or a key of the group's meta
  strataCaps: string; // a line per value: "de: 200" or "de: 25%"
  maxStepAge: string;
  priorityDecay: string; // percent
}

export const freshBudget: BudgetForm = {
  budgetHours: "",
  budgetMoney: "",
  currency: "",
  payPerLabel: "",
  payPerHour: "",
  paidSeconds: "",
  personLabels: "",
  personHours: "",
  reserve: "",
  extraOnDisagreement: true,
  strataBy: "",
  strataCaps: "",
  maxStepAge: "",
  priorityDecay: "0",
};

const paid = ({ budgetMoney, payPerLabel, payPerHour }: BudgetForm) => [budgetMoney, payPerLabel, payPerHour].some((one) => one.trim());

export function problemsOfBudget(form: BudgetForm): Partial<Record<keyof BudgetForm, string>> {
  const found: Partial<Record<keyof BudgetForm, string>> = {};
  if (paid(form) && !/^[A-Za-z]{3}$/.test(form.currency.trim())) {
    found.currency = t("Say in which currency, by its three letters, such as EUR.");
  }
  if (form.budgetMoney.trim() && !form.payPerLabel.trim() && !form.payPerHour.trim()) {
    found.budgetMoney = t("A budget of money needs a price: per label, per hour, or both.");
  }
  if (form.strataCaps.trim() && !strataOf(form.strataCaps)) found.strataCaps = t("One line each, such as “de: 200” or “en: 25%”.");
  if (form.strataCaps.trim() && !form.strataBy.trim()) found.strataBy = t("Say what the caps are about: run, or a key of the group's meta.");
  return found;
}

/** The caps by value; null when a line cannot be read. */
export function strataOf(text: string): Record<string, { labels: number } | { share: number }> | null {
  const caps: Record<string, { labels: number } | { share: number }> = {};
  for (const line of text.split("\n").filter((one) => one.trim())) {
    const [, value, amount, percent] = /^\s*(.+?)\s*:\s*(\d[\d.,]*)\s*(%?)\s*$/.exec(line) ?? [];
    if (!value || !amount) return null;
    if (problemOfNumber(amount, percent ? { least: 0, most: 100 } : { least: 0, whole: true })) return null;
    caps[value] = percent ? { share: numberOf(amount) / 100 } : { labels: numberOf(amount) };
  }
  return caps;
}

type Means = Pick<
  NewCampaign,
  "budget_hours" | "budget_money" | "currency" | "pay_per_label" | "pay_per_hour" | "paid_seconds_cap"
>;

/** Only what was filled in: what is empty has no end, or no price. */
export function meansOf(form: BudgetForm): Means {
  return {
    ...(form.budgetHours.trim() ? { budget_hours: String(numberOf(form.budgetHours)) } : {}),
    ...(form.budgetMoney.trim() ? { budget_money: String(numberOf(form.budgetMoney)) } : {}),
    ...(form.payPerLabel.trim() ? { pay_per_label: String(numberOf(form.payPerLabel)) } : {}),
    ...(form.payPerHour.trim() ? { pay_per_hour: String(numberOf(form.payPerHour)) } : {}),
    ...(paid(form) ? { currency: form.currency.trim().toUpperCase() } : {}),
    ...(form.paidSeconds.trim() ? { paid_seconds_cap: numberOf(form.paidSeconds) } : {}),
  };
}

export function limitsOf(form: BudgetForm): Record<string, unknown> {
  const caps = form.strataCaps.trim() ? strataOf(form.strataCaps) : null;
  const by = form.strataBy.trim();
  return {
    extra_on_disagreement: form.extraOnDisagreement,
    person_labels: numberOf(form.personLabels),
    person_hours: numberOf(form.personHours),
    max_step_age: numberOf(form.maxStepAge),
    priority_decay: numberOf(form.priorityDecay) / 100,
    ...(caps ? { strata: { by: by === "run" ? by : `meta.${by.replace(/^meta\./, "")}`, caps } } : {}),
  };
}
