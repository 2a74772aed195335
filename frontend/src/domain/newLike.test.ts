import { describe, expect, test } from "vitest";

import type { Campaign, NewCampaign } from "../api/types";
import { freshForm, problems, toRequest } from "./newCampaign";
import { askedAs } from "./newForm";
import { formLike } from "./newLike";

/** What the server makes of a request, as far as a copy looks at it. */
function drafted({ slug, budget_labels, budget_hours, budget_money, currency, pay_per_label, pay_per_hour, paid_seconds_cap, ...rest }: NewCampaign): Campaign {
  const amount = (cap: unknown) => (cap ? { cap: Number(cap) } : null);
  const budget = { labels: budget_labels, hours: amount(budget_hours), money: amount(budget_money), currency: currency ?? "" };
  const prices = { pay_per_label: Number(pay_per_label) || null, pay_per_hour: Number(pay_per_hour) || null, paid_seconds_cap: paid_seconds_cap ?? 600 };
  return { annotators: [], ...rest, ...prices, slug, budget, config: { strata: {}, training: {}, hand_off: {}, ...rest.config } } as unknown as Campaign;
}

const everything = {
  ...freshForm,
  name: "Kindness",
  question: "Which is kinder?",
  guidelines: "Be *fair*.",
  rewardModel: "shared",
  runs: ["grpo-1", "grpo-2"],
  annotators: "alice, bob",
  budget: "1200",
  budgetHours: "12.5",
  budgetMoney: "300",
  currency: "EUR",
  payPerLabel: "0.05",
  payPerHour: "18",
  paidSeconds: "240",
  reserve: "17",
  personLabels: "200",
  personHours: "4",
  strataBy: "language",
  strataCaps: "de: 200\nen: gb: 25%",
  maxStepAge: "40",
  priorityDecay: "1.5",
  extraOnDisagreement: false,
  acquisition: "random",
  machineKind: "judge" as const,
  machineName: "big:one",
  machinePairs: "7",
  overlap: "3",
  randomShare: "12.5",
  coldAnswers: "10",
  fallBack: false,
  perSecond: true,
  retrainEvery: "70",
  minLabels: "30",
  pairsPerGroup: "2",
  openTasks: "32",
  leaseMinutes: "7.5",
  maxSkips: "5",
  heldoutShare: "15",
  promotionSlack: "0.02",
  seed: "9",
  training: true,
  trainingCards: "6",
  trainingPass: "55",
  gold: true,
  goldShare: "8",
  goldJudged: "12",
  goldPass: "65",
  repeats: false,
  showReference: true,
  showEvidence: true,
};

describe("a campaign like another one", () => {
  test.each([
    ["with everything set", everything],
    ["of defaults", { ...freshForm, name: "Plain", runs: ["grpo-1"] }],
  ])("%s asks, pays and teaches as that one does", (_, form) => {
    const original = toRequest(form);
    const copy = formLike(drafted(original));
    expect([copy.name, problems({ ...copy, name: "Anew" })]).toEqual(["", {}]);
    const { slug, name, reward_model, known_answers_of, ...settings } = toRequest({ ...copy, name: "Anew" });
    const { slug: was, name: called, reward_model: taught, ...expected } = original;
    expect([was, called, slug, name]).not.toContain(undefined);
    expect(settings).toEqual({ ...expected, config: { ...expected.config, training: {}, hand_off: {} } });
    expect(reward_model).toBe(form.rewardModel ? taught : "anew");
    expect(known_answers_of).toBe(form.gold ? was : undefined);
  });

  test("keeps what the form does not show", () => {
    const config = { ...toRequest(everything).config, training: { epochs: 3 }, hand_off: { algorithm: "grpo" } };
    const copied = toRequest(formLike(drafted({ ...toRequest(everything), config }))).config;
    expect(copied).toMatchObject({ training: { epochs: 3 }, hand_off: { algorithm: "grpo" } });
  });

  test("keeps a question to the last detail until it is changed", () => {
    const criteria = [{ name: "h", title: "Helpful", guideline: "Does it answer?", low: 1, high: 5 }, { name: "t", title: "True", low: 0, high: 9 }];
    const rating = { kind: "rating", name: "both", required: true, criteria };
    const copy = { ...formLike(drafted(toRequest(everything))), asked: [askedAs(rating)] };
    expect(toRequest(copy).config?.form).toEqual([rating]);
    expect(copy.asked[0]).toMatchObject({ parts: "Helpful: Does it answer?\nTrue", told: { low: 1, high: 5 } });
  });
});
