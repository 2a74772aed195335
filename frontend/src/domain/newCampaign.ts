/** What the campaign form holds, what it starts with, and the request it becomes. The server checks the ranges. */

import type { DraftChange, NewCampaign } from "../api/types";
import { t } from "../i18n";
import { type BudgetForm, freshBudget, limitsOf, meansOf, problemsOfBudget } from "./newBudget";
import { slugOf } from "./format";
import { type Asked, freshQuestion, problemsOfForm, toQuestion, usualQuestion } from "./newForm";
import { freshQuality, peopleOf, problemsOfQuality, type QualityForm, qualityOf } from "./newQuality";
import { problemsOfRanges } from "./newRanges";
import { DEFAULT_STRATEGY, needsMachine } from "./strategies";
import { numberOf } from "./typedNumber";

/** Whose labels people correct: nobody's, the run's reward, one part of it, or a judge's. */
export type MachineKind = "none" | "reward" | "part" | "judge";

export interface CampaignForm extends BudgetForm, QualityForm {
  asked: Asked[];
  completions: string;
  name: string;
  question: string;
  guidelines: string;
  rewardModel: string;
  runs: string[];
  annotators: string;
  budget: string;
  acquisition: string;
  machineKind: MachineKind;
  machineName: string;
  machinePairs: string;
  overlap: string;
  randomShare: string;
  coldAnswers: string;
  fallBack: boolean;
  mustProve: boolean;
  perSecond: boolean;
  retrainEvery: string;
  minLabels: string;
  pairsPerGroup: string;
  openTasks: string;
  leaseMinutes: string;
  maxSkips: string;
  heldoutShare: string; // percent
  promotionSlack: string;
  seed: string;
  /** The campaign it is a copy of; empty for none. */
  like: string;
  takeGold: boolean;
  /** Settings of that campaign which this form does not show. */
  rest: Record<string, unknown>;
}

/** The fields that are typed or chosen, as opposed to ticked. */
export type TextField = {
  [Field in keyof CampaignForm]: CampaignForm[Field] extends string ? Field : never;
}[keyof CampaignForm];

export type Problems = Partial<Record<keyof CampaignForm, string>>;

export const freshForm: CampaignForm = {
  ...freshBudget,
  ...freshQuality,
  asked: [freshQuestion("pair")],
  completions: "2",
  name: "",
  question: "Which completion is better?",
  guidelines: "",
  rewardModel: "",
  runs: [],
  annotators: "",
  budget: "500",
  acquisition: DEFAULT_STRATEGY,
  machineKind: "none",
  machineName: "",
  machinePairs: "4",
  overlap: "1",
  randomShare: "10",
  coldAnswers: "40",
  fallBack: true,
  mustProve: false,
  perSecond: false,
  retrainEvery: "50",
  minLabels: "20",
  pairsPerGroup: "1",
  openTasks: "64",
  leaseMinutes: "10",
  maxSkips: "3",
  heldoutShare: "20",
  promotionSlack: "0",
  seed: "0",
  like: "",
  takeGold: false,
  rest: {},
};

/** Other questions on the card. The one above it goes with the first of them, until somebody has written it. */
export function withAsked(form: CampaignForm, asked: Asked[]): Partial<CampaignForm> {
  const [before, now] = [form.asked[0], asked[0]];
  const untouched = before !== undefined && now !== undefined && form.question === usualQuestion(before.kind);
  return untouched ? { asked, question: usualQuestion(now.kind) } : { asked };
}

/** A strategy that reads a machine's labels goes with them. */
export function withMachine(form: CampaignForm, machineKind: MachineKind): CampaignForm {
  const orphaned = machineKind === "none" && needsMachine(form.acquisition);
  return { ...form, machineKind, machineName: "", acquisition: orphaned ? DEFAULT_STRATEGY : form.acquisition };
}

function named(kind: MachineKind): kind is "part" | "judge" {
  return kind === "part" || kind === "judge";
}

export function problems(form: CampaignForm): Problems {
  const found: Problems = {};
  if (!slugOf(form.name)) found.name = t("Give the campaign a name with at least one letter or digit.");
  if (!form.question.trim()) found.question = t("Say what people should decide.");
  if (form.runs.length === 0) found.runs = t("Choose at least one run to ask about.");
  const asking = problemsOfForm(form.asked, numberOf(form.completions));
  if (asking) found.asked = asking;
  if (named(form.machineKind) && !form.machineName.trim()) {
    found.machineName = form.machineKind === "judge" ? t("Name the judge.") : t("Name the part of the reward.");
  }
  // What is no number, or may be two, is said first: whether it suffices is not known yet.
  return { ...problemsOfQuality(form), ...problemsOfRanges(form), ...found, ...problemsOfBudget(form) };
}

function machineOf({ machineKind, machineName }: CampaignForm): string {
  if (machineKind === "none") return "";
  if (machineKind === "reward") return "reward";
  return `${machineKind === "judge" ? "judge" : "reward"}:${machineName.trim()}`;
}

export function toRequest(form: CampaignForm): NewCampaign {
  const slug = slugOf(form.name);
  const annotators = peopleOf(form.annotators);
  return {
    slug,
    name: form.name.trim(),
    question: form.question.trim(),
    guidelines: form.guidelines,
    reward_model: slugOf(form.rewardModel) || slug,
    budget_labels: numberOf(form.budget),
    ...meansOf(form),
    runs: form.runs,
    ...(annotators.length > 0 ? { annotators } : {}),
    ...(form.like && form.takeGold ? { known_answers_of: form.like } : {}),
    config: {
      ...form.rest,
      form: form.asked.map(toQuestion),
      completions: numberOf(form.completions),
      ...limitsOf(form),
      ...qualityOf(form),
      acquisition: form.acquisition,
      machine: machineOf(form),
      machine_pairs: numberOf(form.machinePairs),
      overlap: numberOf(form.overlap),
      random_share: numberOf(form.randomShare) / 100,
      cold_answers: numberOf(form.coldAnswers),
      fall_back: form.fallBack,
      must_prove: form.fallBack && form.mustProve,
      per_second: form.perSecond,
      retrain_every: numberOf(form.retrainEvery),
      min_labels: numberOf(form.minLabels),
      pairs_per_group: numberOf(form.pairsPerGroup),
      open_tasks: numberOf(form.openTasks),
      lease_minutes: numberOf(form.leaseMinutes),
      max_skips: numberOf(form.maxSkips),
      heldout_share: numberOf(form.heldoutShare) / 100,
      promotion_slack: numberOf(form.promotionSlack),
      seed: numberOf(form.seed),
    },
  };
}

/** The same as a change of a draft, whose address stays: what is empty here has no end, or no price. */
export function toChange(form: CampaignForm, slug: string): DraftChange {
  const { slug: _address, annotators: _people, known_answers_of: _known, ...given } = toRequest(form);
  const nothing = { budget_hours: null, budget_money: null, currency: "", pay_per_label: null, pay_per_hour: null, paid_seconds_cap: null };
  return { ...nothing, ...given, reward_model: slugOf(form.rewardModel) || slug };
}

/** The server's names for what this form asks for. */
const FIELDS: Record<string, keyof CampaignForm> = {
  slug: "name",
  name: "name",
  question: "question",
  guidelines: "guidelines",
  reward_model: "rewardModel",
  budget_labels: "budget",
  runs: "runs",
  annotators: "annotators",
  users: "annotators",
  acquisition: "acquisition",
  machine: "machineKind",
  machine_pairs: "machinePairs",
  overlap: "overlap",
  random_share: "randomShare",
  cold_answers: "coldAnswers",
  fall_back: "fallBack",
  must_prove: "mustProve",
  per_second: "perSecond",
  retrain_every: "retrainEvery",
  min_labels: "minLabels",
  pairs_per_group: "pairsPerGroup",
  open_tasks: "openTasks",
  lease_minutes: "leaseMinutes",
  form: "asked",
  completions: "completions",
  budget_hours: "budgetHours",
  budget_money: "budgetMoney",
  currency: "currency",
  pay_per_label: "payPerLabel",
  pay_per_hour: "payPerHour",
  paid_seconds_cap: "paidSeconds",
  person_labels: "personLabels",
  person_hours: "personHours",
  reserve_share: "reserve",
  strata: "strataCaps",
  max_step_age: "maxStepAge",
  priority_decay: "priorityDecay",
  extra_on_disagreement: "extraOnDisagreement",
  training_cards: "trainingCards",
  training_pass: "trainingPass",
  gold_share: "goldShare",
  gold_judged: "goldJudged",
  gold_pass: "goldPass",
  repeat_share: "repeatShare",
  show_reference: "showReference",
  show_evidence: "showEvidence",
  max_skips: "maxSkips",
  heldout_share: "heldoutShare",
  promotion_slack: "promotionSlack",
  seed: "seed",
  known_answers_of: "takeGold",
};

/** A refusal, at the fields it is about: `context` names one field, several, or the things that were not found. */
export function refusedFields(message: string, context: Record<string, unknown>): Problems {
  const { field, fields } = context;
  if (typeof field === "string") return at([[field, message]]);
  if (fields && typeof fields === "object") {
    return at(Object.entries(fields).map(([name, details]) => [name, sentences(details) || message]));
  }
  return at(Object.keys(context).map((name) => [name, message]));
}

function at(found: [name: string, message: string][]): Problems {
  const placed: Problems = {};
  for (const [name, message] of found) {
    const field = FIELDS[name] ?? FIELDS[name.split(/[.[]/)[0] ?? ""]; // a path such as form[1].criteria
    if (field) placed[field] = message;
  }
  return placed;
}

/** The messages inside a nest of lists and objects that each hold a `message`. */
function sentences(details: unknown): string {
  if (Array.isArray(details)) return details.map(sentences).filter(Boolean).join(" ");
  if (!details || typeof details !== "object") return "";
  return "message" in details ? String(details.message) : sentences(Object.values(details));
}
