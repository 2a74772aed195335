/** A campaign as the form would have drafted it: all its settings, but neither its name nor its state. */

import type { Campaign } from "../api/types";
import { type CampaignForm, freshForm, type MachineKind } from "./newCampaign";
import { askedAs } from "./newForm";
import { typedAs } from "./typedNumber";

type Json = Record<string, unknown>;

const percentOf = (share: unknown) => typedAs(Number((Number(share) * 100).toFixed(6)));
const unlessNone = (amount: unknown) => (Number(amount) ? typedAs(Number(amount)) : "");
/** Of what is off the form keeps its proposal, should it be switched on. */
const sharedOr = (share: unknown, proposal: string) => (share ? percentOf(share) : proposal);

export function formLike(campaign: Campaign): CampaignForm {
  const config = campaign.config as unknown as Json;
  return {
    ...freshForm,
    ...wordsOf(campaign),
    ...meansOf(campaign),
    ...capsOf(config),
    ...qualityOf(config),
    ...machineOf(String(config.machine)),
    asked: (config.form as Json[]).map(askedAs),
    completions: typedAs(config.completions),
    acquisition: String(config.acquisition),
    machinePairs: typedAs(config.machine_pairs),
    overlap: typedAs(config.overlap),
    randomShare: percentOf(config.random_share),
    coldAnswers: typedAs(config.cold_answers),
    fallBack: config.fall_back === true,
    mustProve: config.must_prove === true,
    perSecond: config.per_second === true,
    retrainEvery: typedAs(config.retrain_every),
    minLabels: typedAs(config.min_labels),
    pairsPerGroup: typedAs(config.pairs_per_group),
    openTasks: typedAs(config.open_tasks),
    leaseMinutes: typedAs(config.lease_minutes),
    maxSkips: typedAs(config.max_skips),
    heldoutShare: percentOf(config.heldout_share),
    promotionSlack: typedAs(config.promotion_slack),
    seed: typedAs(config.seed),
    like: campaign.slug,
    rest: { training: config.training, hand_off: config.hand_off },
  };
}

/** A draft in the form it was drafted with. */
export function formOf(draft: Campaign): CampaignForm {
  return { ...formLike(draft), name: draft.name, like: "", takeGold: false };
}

function wordsOf({ question, guidelines, reward_model, slug, runs, annotators }: Campaign): Partial<CampaignForm> {
  // A model of the campaign's own stays that campaign's; one that several share is shared again.
  return { question, guidelines, rewardModel: reward_model === slug ? "" : reward_model, runs, annotators: annotators.join(", ") };
}

function meansOf({ budget, pay_per_label, pay_per_hour, paid_seconds_cap, config }: Campaign): Partial<CampaignForm> {
  const lease = Math.max(1, Math.round(60 * Number((config as unknown as Json).lease_minutes)));
  return {
    budget: typedAs(budget.labels),
    budgetHours: unlessNone(budget.hours?.cap),
    budgetMoney: unlessNone(budget.money?.cap),
    currency: budget.currency,
    payPerLabel: unlessNone(pay_per_label),
    payPerHour: unlessNone(pay_per_hour),
    paidSeconds: paid_seconds_cap === lease ? "" : unlessNone(paid_seconds_cap),
  };
}

function capsOf(config: Json): Partial<CampaignForm> {
  const { by = "", caps = {} } = config.strata as { by?: string; caps?: Record<string, { labels?: number; share?: number }> };
  const lines = Object.entries(caps).map(([value, { labels, share }]) => `${value}: ${labels === undefined ? `${percentOf(share)}%` : String(labels)}`);
  return {
    personLabels: unlessNone(config.person_labels),
    personHours: unlessNone(config.person_hours),
    reserve: percentOf(config.reserve_share),
    extraOnDisagreement: config.extra_on_disagreement === true,
    strataBy: by.replace(/^meta\./, ""),
    strataCaps: lines.join("\n"),
    maxStepAge: unlessNone(config.max_step_age),
    priorityDecay: percentOf(config.priority_decay),
  };
}

function qualityOf(config: Json): Partial<CampaignForm> {
  const [training, gold, repeats] = [Number(config.training_cards) > 0, Number(config.gold_share) > 0, Number(config.repeat_share) > 0];
  return {
    training,
    trainingCards: training ? typedAs(config.training_cards) : freshForm.trainingCards,
    trainingPass: sharedOr(config.training_pass, ""),
    gold,
    goldShare: sharedOr(config.gold_share, freshForm.goldShare),
    goldJudged: typedAs(config.gold_judged),
    goldPass: gold ? sharedOr(config.gold_pass, "") : freshForm.goldPass,
    repeats,
    repeatShare: sharedOr(config.repeat_share, freshForm.repeatShare),
    showReference: config.show_reference === true,
    showEvidence: config.show_evidence === true,
    takeGold: training || gold,
  };
}

function machineOf(machine: string): { machineKind: MachineKind; machineName: string } {
  const [source, ...name] = machine.split(":");
  if (!source) return { machineKind: "none", machineName: "" };
  if (name.length === 0) return { machineKind: "reward", machineName: "" };
  return { machineKind: source === "judge" ? "judge" : "part", machineName: name.join(":") };
}
