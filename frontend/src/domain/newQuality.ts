/** How a new campaign makes sure of its answers, what that costs of its labels, and the reserve it takes. */

import { t, tn } from "../i18n";
import { decimal, percent } from "./format";
import type { CampaignForm } from "./newCampaign";
import { compares } from "./newForm";
import { problemsOfRanges } from "./newRanges";
import { numberOf } from "./typedNumber";

export interface QualityForm {
  training: boolean;
  trainingCards: string;
  trainingPass: string; // percent; empty lets everybody on
  gold: boolean;
  goldShare: string; // percent
  goldJudged: string;
  goldPass: string; // percent; empty pauses nobody
  repeats: boolean;
  repeatShare: string; // percent
  showReference: boolean;
  showEvidence: boolean;
}

export const freshQuality: QualityForm = {
  training: false,
  trainingCards: "10",
  trainingPass: "",
  gold: false,
  goldShare: "5",
  goldJudged: "10",
  goldPass: "60",
  repeats: true,
  repeatShare: "3",
  showReference: false,
  showEvidence: false,
};

/** Late answers are kept and paid: there is always a little for them. */
const FOR_LATE_ANSWERS = 0.02;
/** Of cards that several people judge, how many end in one more person: between what prose and clear-cut tasks show. */
const DISAGREED = 0.25;
/** Newcomers to reckon with where nobody is named yet. */
const PEOPLE = 5;
const MOST_RESERVED = 0.6;

const share = (on: boolean, text: string) => (on ? numberOf(text) / 100 || 0 : 0);

export function peopleOf(annotators: string): string[] {
  return annotators.split(/[\s,]+/).filter(Boolean);
}

/** The share of all labels that known answers, repeats, one more person, training and late answers will take. */
export function neededReserve(form: CampaignForm): number {
  const several = numberOf(form.overlap) > 1 && form.extraOnDisagreement;
  const newcomers = peopleOf(form.annotators).length || PEOPLE;
  const training = form.training ? (numberOf(form.trainingCards) * newcomers) / Math.max(1, numberOf(form.budget)) || 0 : 0;
  const needed =
    share(form.gold, form.goldShare) +
    share(form.repeats, form.repeatShare) +
    (several ? DISAGREED / numberOf(form.overlap) : 0) +
    training +
    FOR_LATE_ANSWERS;
  return Math.min(MOST_RESERVED, Math.ceil(needed * 100 - 1e-9) / 100);
}

function reserveOf(form: CampaignForm): number {
  return form.reserve.trim() ? numberOf(form.reserve) / 100 : neededReserve(form);
}

/** The labels in reserve, and the cards the others ask about, as the server counts them. */
function parts(form: CampaignForm): { kept: number; cards: number } {
  const labels = numberOf(form.budget);
  const kept = Math.ceil(labels * reserveOf(form) - 1e-9);
  return { kept, cards: Math.floor((labels - kept) / numberOf(form.overlap)) };
}

const notOne = () => t("Not one card can be asked about: give more labels, or ask for less overlap or reserve.");

export function problemsOfQuality(form: CampaignForm): Partial<Record<"reserve" | "budget", string>> {
  const paidFromIt = form.training || form.gold || form.repeats;
  if (paidFromIt && !(reserveOf(form) > 0)) {
    return { reserve: t("Training, known answers and repeats are paid from the reserve: leave it empty, or keep more than 0.") };
  }
  return parts(form).cards < 1 ? { budget: notOne() } : {};
}

export function qualityOf(form: CampaignForm): Record<string, unknown> {
  return {
    reserve_share: reserveOf(form),
    training_cards: form.training ? numberOf(form.trainingCards) : 0,
    training_pass: share(form.training, form.trainingPass),
    gold_share: share(form.gold, form.goldShare),
    gold_judged: numberOf(form.goldJudged),
    gold_pass: share(form.gold, form.goldPass),
    repeat_share: share(form.repeats, form.repeatShare),
    show_reference: form.showReference,
    show_evidence: form.showEvidence,
  };
}

export interface Outlook {
  lines: string[];
  warnings: string[];
}

/** What these settings come to, in plain sentences; empty while the budget or the overlap is no number yet, or may be two. */
export function outlook(form: CampaignForm): Outlook {
  const [labels, overlap] = [numberOf(form.budget), numberOf(form.overlap)];
  const wrong = problemsOfRanges(form);
  if (wrong.budget || wrong.overlap) return { lines: [], warnings: [] };
  const { kept, cards } = parts(form);
  const lines = [
    t("Of {{labels}} labels, {{fresh}} are for new cards and {{kept}} are kept in reserve ({{share}}).", {
      labels,
      fresh: labels - kept,
      kept,
      share: percent(reserveOf(form)),
    }),
    overlap > 1
      ? tn(cards, "{{n}} card, judged by {{people}} people.", "{{n}} cards, each judged by {{people}} people.", { people: overlap })
      : tn(cards, "{{n}} card, judged by one person.", "{{n}} cards, each judged by one person."),
    ...ofAHundred(form),
    ...beforehand(form),
    ...price(form, labels),
    ...withoutModel(form),
  ];
  const nothing = cards < 1 ? [notOne()] : [];
  return { lines, warnings: [...nothing, ...warningsOf(form)] };
}

function withoutModel(form: CampaignForm): string[] {
  if (compares(form.asked, numberOf(form.completions))) return [];
  return [t("No reward model learns from these answers: they never say which of two completions is better. They are for label sets.")];
}

function ofAHundred(form: CampaignForm): string[] {
  const [gold, repeats] = [share(form.gold, form.goldShare) * 100, share(form.repeats, form.repeatShare) * 100];
  const fresh = t("Of a person's 100 cards, {{n}} are new", { n: 100 - gold - repeats });
  const [known, again] = [t("{{n}} have a known answer", { n: gold }), t("{{n}} are their own again, turned round", { n: repeats })];
  if (gold && repeats) return [t("{{one}}, {{two}}, and {{three}}.", { one: fresh, two: known, three: again })];
  return gold || repeats ? [t("{{one}}, and {{two}}.", { one: fresh, two: gold ? known : again })] : [];
}

function beforehand(form: CampaignForm): string[] {
  if (!form.training) return [];
  const cards = numberOf(form.trainingCards);
  const people = peopleOf(form.annotators).length;
  if (!people) return [tn(cards, "Whoever is new answers {{n}} training card first.", "Whoever is new answers {{n}} training cards first.")];
  return [tn(people, "{{n}} person answers {{cards}} training cards first: {{labels}} labels.", "{{n}} people answer {{cards}} training cards each first: {{labels}} labels.", { cards, labels: cards * people })];
}

function price(form: CampaignForm, labels: number): string[] {
  const seconds = numberOf(form.paidSeconds) || numberOf(form.leaseMinutes) * 60;
  const most = labels * ((numberOf(form.payPerLabel) || 0) + ((numberOf(form.payPerHour) || 0) * seconds) / 3600);
  if (!most) return [];
  const capped = numberOf(form.budgetMoney) > 0 ? Math.min(most, numberOf(form.budgetMoney)) : most;
  return [t("It costs at most {{money}} {{currency}}.", { money: decimal(capped, 2), currency: form.currency.toUpperCase() })];
}

function warningsOf(form: CampaignForm): string[] {
  const [kept, needed] = [reserveOf(form), neededReserve(form)];
  if (kept >= needed - 0.001) return [];
  return [
    t("These settings will take about {{needed}} of the labels from the reserve, and it holds {{kept}}. When it is used up, there are no more known answers, repeats or third opinions.", {
      needed: percent(needed),
      kept: percent(kept),
    }),
  ];
}
