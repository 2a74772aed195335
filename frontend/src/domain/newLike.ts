/** A campaign as the form would have drafted it: all its settings, but neither its name nor its state. */

import type { Campaign } from "../api/types";
import { type CampaignForm, freshForm, type MachineKind } from "./newCampaign";
import { askedAs } from "./newForm";

type Json = Record<string, unknown>;

const percentOf = (share: unknown) => String(Number((Number(share) * 100).toFixed(6)));
const unlessNone = (amount: unknown) => (amount ? String(amount) : "");
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
    completions: String(config.completions),
    acquisition: String(config.acquisition),
    machinePairs: String(config.machine_pairs),
    overlap: String(config.overlap),
    randomShare: percentOf(config.random_share),
    coldAnswers: String(config.cold_answers),
    fallBack: config.fall_back === true,
    mustProve: config.must_prove === true,
    perSecond: config.per_second === true,
    retrainEvery: String(config.retrain_every),
    minLabels: String(config.min_labels),
    pairsPerGroup: String(config.pairs_per_group),
    openTasks: String(config.open_tasks),
    leaseMinutes: String(config.lease_minutes),
    maxSkips: String(config.max_skips),
    heldoutShare: percentOf(config.heldout_share),
    promotionSlack: String(config.promotion_slack),
    seed: String(config.seed),
    like: campaign.slug,
    rest: { training: config.training, hand_off: config.hand_off },
  };
}

function wordsOf({ question, guidelines, reward_model, slug, runs, annotators }: Campaign): Partial<CampaignForm> {
  // A model of the campaign's own stays that campaign's; one that several share is shared again.
  return { question, guidelines, rewardModel: reward_model === slug ? "" : reward_model, runs, annotators: annotators.join(", ") };
}

function meansOf({ budget, pay_per_label, pay_per_hour, paid_seconds_cap, config }: Campaign): Partial<CampaignForm> {
  const lease = Math.max(1, Math.round(60 * Number((config as unknown as Json).lease_minutes)));
  return {
    budget: String(budget.labels),
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
    trainingCards: training ? String(config.training_cards) : freshForm.trainingCards,
    trainingPass: sharedOr(config.training_pass, ""),
    gold,
    goldShare: sharedOr(config.gold_share, freshForm.goldShare),
    goldJudged: String(config.gold_judged),
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
