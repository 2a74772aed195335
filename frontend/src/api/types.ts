/**
 * The API's shapes by their names in the product. All come from the generated schema.
 *
 * Only what the schema leaves open is narrowed here: texts (plain or chat turns), and fields that managers always get.
 */

import type { Said, SkipReason } from "../domain/answers";
import type { Answer, Form } from "../domain/form";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** `Base` with the fields of `Narrow` in place of its own. */
type Narrowed<Base, Narrow> = Omit<Base, keyof Narrow> & Narrow;

export interface Message {
  role: string;
  content: string;
}

export type Text = string | Message[];

export type User = Schemas["UserOut"];
export type AnswerBody = Narrowed<Schemas["ReviseInRequest"], Said>;

export type Completion = Narrowed<Schemas["CompletionOut"], { text: Text }>;
/** `notes`: what the campaign shows beside the completions, if anything; read by domain/reading/notes. */
export type Card = Narrowed<Schemas["CardOut"], { prompt: Text; completions: Completion[]; notes?: unknown }>;
/** What a newcomer is told after a training card, in the order they saw it. */
export type Feedback = Narrowed<Schemas["FeedbackOut"], { answer: Answer }>;
export type PastAnswer = Narrowed<Schemas["MyAnswer"], { answer: Answer | null; skip: SkipReason | "" | null; card: Card }>;

/** A campaign as its annotators see it. */
export type MyCampaign = Narrowed<Schemas["CampaignOut"], { form: Form }>;

export interface CampaignConfig {
  acquisition: string;
  overlap: number;
  random_share: number;
  fall_back: boolean;
  training_cards: number;
  gold_share: number;
  gold_judged: number;
}

type ManagerFields = "reward_model" | "budget" | "pay_per_label" | "pay_per_hour" | "paid_seconds_cap" | "runs" | "annotators" | "former" | "created_at" | "opened_at" | "closed_at";

/** A campaign as its managers see it: nothing is left out. */
export type Campaign = Narrowed<
  Schemas["CampaignOut"],
  Required<Pick<Schemas["CampaignOut"], ManagerFields>> & { config: CampaignConfig }
>;
/** What of a draft changes; the rest stays. */
export type DraftChange = Schemas["PatchedCampaignEditRequest"];
export type NewCampaign = Schemas["CampaignInRequest"];

export type Version = Schemas["VersionOut"];

export interface JobError {
  boundary?: string;
  type?: string;
  message?: string;
}

export type Job = Narrowed<Schemas["JobOut"], { error: JobError | null }>;
export type JobWithLog = Narrowed<Schemas["JobDetail"], { error: JobError | null }>;

export type AnnotatorRow = Schemas["AnnotatorRow"];
export type CurvePoint = Schemas["CurvePoint"];
export type Lift = Schemas["LiftOut"];
export type Saved = Schemas["SavedOut"];
export type StrategyCheck = Schemas["StrategyCheckOut"];
export type Verdict = StrategyCheck["verdict"];
export type StrategyStatus = Schemas["StrategyOut"];
export type Calibration = Schemas["CalibrationOut"];
export type MachineStatus = Schemas["MachineOut"];
export type MachineCurve = Schemas["MachineCurveOut"];
export type Dashboard = Narrowed<Schemas["Dashboard"], { campaign: Campaign; jobs: Job[] }>;

export type PreviewSide = Narrowed<Schemas["PreviewSide"], { completion: Text }>;
export type PreviewCard = Narrowed<Schemas["PreviewCard"], { prompt: Text; completions: PreviewSide[] }>;
export type Preview = Narrowed<Schemas["Preview"], { cards: PreviewCard[] }>;

export type Run = Schemas["RunOut"];
export type GroupRollout = Narrowed<Schemas["RolloutOut"], { completion: Text }>;
export type Group = Narrowed<Schemas["GroupOut"], { prompt: Text; rollouts: GroupRollout[] }>;
export type LabelSet = Schemas["LabelSetOut"];
