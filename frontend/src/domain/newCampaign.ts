/** What the campaign form holds, what it starts with, and the request it becomes. The server checks the ranges. */

import type { NewCampaign } from "../api/types";
import { slugOf } from "./format";

export interface CampaignForm {
  name: string;
  question: string;
  guidelines: string;
  rewardModel: string;
  runs: string[];
  annotators: string;
  budget: string;
  acquisition: string;
  overlap: string;
  randomShare: string;
  retrainEvery: string;
  minLabels: string;
  pairsPerGroup: string;
  openTasks: string;
  leaseMinutes: string;
}

export const ACQUISITIONS: { name: string; meaning: string }[] = [
  { name: "bald", meaning: "Most to learn about the model, not about people's coin flips. The random share shows what it is worth on your data." },
  { name: "mc_dropout_std", meaning: "Where dropout draws disagree most about the difference." },
  { name: "ensemble_std", meaning: "Where the ensemble's heads disagree most about the difference." },
  { name: "margin", meaning: "Where the two completions score closest together." },
  { name: "random", meaning: "No preference: the control every other choice is measured against." },
];

export const freshForm: CampaignForm = {
  name: "",
  question: "Which completion is better?",
  guidelines: "",
  rewardModel: "",
  runs: [],
  annotators: "",
  budget: "500",
  acquisition: "bald",
  overlap: "1",
  randomShare: "10",
  retrainEvery: "50",
  minLabels: "20",
  pairsPerGroup: "1",
  openTasks: "64",
  leaseMinutes: "10",
};

export function problems(form: CampaignForm): Partial<Record<keyof CampaignForm, string>> {
  const found: Partial<Record<keyof CampaignForm, string>> = {};
  if (!slugOf(form.name)) found.name = "Give the campaign a name with at least one letter or digit.";
  if (!form.question.trim()) found.question = "Say what people should decide.";
  if (form.runs.length === 0) found.runs = "Choose at least one run to ask about.";
  if (!(Number.isInteger(Number(form.budget)) && Number(form.budget) >= 1)) found.budget = "A whole number of labels, at least 1.";
  return found;
}

export function toRequest(form: CampaignForm): NewCampaign {
  const slug = slugOf(form.name);
  const annotators = form.annotators.split(/[\s,]+/).filter(Boolean);
  return {
    slug,
    name: form.name.trim(),
    question: form.question.trim(),
    guidelines: form.guidelines,
    label_kind: "pair",
    reward_model: slugOf(form.rewardModel) || slug,
    budget_labels: Number(form.budget),
    runs: form.runs,
    ...(annotators.length > 0 ? { annotators } : {}),
    config: {
      acquisition: form.acquisition,
      overlap: Number(form.overlap),
      random_share: Number(form.randomShare) / 100,
      retrain_every: Number(form.retrainEvery),
      min_labels: Number(form.minLabels),
      pairs_per_group: Number(form.pairsPerGroup),
      open_tasks: Number(form.openTasks),
      lease_minutes: Number(form.leaseMinutes),
    },
  };
}
