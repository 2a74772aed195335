/** The shapes that travel over /api/v1, in the product's words. */

export type Scope = "rollouts:write" | "rewards:read" | "annotate" | "manage";

export interface User {
  id: number;
  username: string;
  role: string;
  scopes: Scope[];
}

export interface Message {
  role: string;
  content: string;
}

export type Text = string | Message[];

export type Choice = "left" | "right" | "tie" | "both_bad" | "skip";
export type Strength = 1 | 2 | 3;

export interface Card {
  assignment: number;
  lease_number: number;
  leased_until: string;
  question: string;
  prompt: Text;
  left: { text: Text };
  right: { text: Text };
  label_kind: "pair";
}

export interface AnswerBody {
  choice: Choice;
  strength?: Strength;
  active_ms?: number;
  comment?: string;
  idempotency_key: string;
}

export interface PastAnswer {
  annotation: number;
  assignment: number;
  choice: Choice;
  strength: Strength | null;
  at: string;
  card: Card;
}

export type CampaignState = "draft" | "open" | "paused" | "closed";

export interface MyCampaign {
  slug: string;
  name: string;
  question: string;
  guidelines: string;
  label_kind: string;
  state: CampaignState;
  answered_by_me?: number;
}

export interface Budget {
  labels: number;
  committed: number;
  spent: number;
  reserved: number;
  left: number;
}

export interface CampaignConfig {
  acquisition: string;
  seed: number;
  overlap: number;
  random_share: number;
  pairs_per_group: number;
  open_tasks: number;
  lease_minutes: number;
  max_skips: number;
  retrain_every: number;
  min_labels: number;
  heldout_share: number;
  promotion_slack: number;
}

export interface Campaign extends MyCampaign {
  reward_model: string;
  config: CampaignConfig;
  budget: Budget;
  runs: string[];
  annotators: string[];
  created_at: string;
  opened_at: string | null;
  closed_at: string | null;
}

export interface NewCampaign {
  slug: string;
  name: string;
  question: string;
  guidelines?: string;
  label_kind: "pair";
  reward_model?: string;
  budget_labels: number;
  runs: string[];
  annotators?: string[];
  config?: Partial<CampaignConfig>;
}

export interface Version {
  id: number;
  name: string;
  number: number;
  state: "candidate" | "production" | "retired";
  backbone: string;
  metrics: Record<string, unknown>;
  created_at: string;
  promoted_at: string | null;
}

export type JobState = "queued" | "running" | "succeeded" | "failed" | "cancelled";

export interface Job {
  id: number;
  kind: string;
  state: JobState;
  because: string;
  progress: number;
  message: string;
  attempt: number;
  metrics: Record<string, unknown>;
  error: { boundary?: string; type?: string; message?: string } | null;
  campaign: string | null;
  label_set: number | null;
  version: number | null;
  produced: number | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface JobLine {
  at: string;
  attempt: number;
  text: string;
}

export interface JobWithLog extends Job {
  lines: JobLine[];
}

export interface AnnotatorRow {
  username: string;
  answers: number;
  median_active_ms: number | null;
  left_share: number | null;
  left_interval: [number, number] | null;
}

export interface CurvePoint {
  labels: number;
  version: number;
  heldout_nll: number | null;
  heldout_accuracy: number | null;
}

export interface Dashboard {
  campaign: Campaign;
  labels: { total: number; by_choice: Record<string, number>; skips: number; per_hour: number };
  tasks: { open: number; leased: number; settled: number; cancelled: number };
  annotators: AnnotatorRow[];
  versions: Version[];
  jobs: Job[];
  rollouts: { total: number; scored: number };
  learning_curve: CurvePoint[];
  uncertainty_histogram: { edges: number[]; counts: number[] };
}

export interface PreviewSide {
  completion: Text;
  reward: number | null;
  mean: number | null;
  spread: number | null;
}

export interface PreviewPair {
  group: number;
  prompt: Text;
  a: PreviewSide;
  b: PreviewSide;
  stream: "acquisition" | "random";
  value: number | null;
  propensity: number;
}

export interface Preview {
  acquisition: string;
  version: number | null;
  pool_size: number;
  pairs: PreviewPair[];
}

export interface Run {
  name: string;
  trainer: string;
  created_at: string;
  groups: number;
  rollouts: number;
  last_step: number | null;
}

export interface GroupRollout {
  id: number;
  external_id: string;
  ordinal: number;
  completion: Text;
  reward: number | null;
  generator: string;
  score: { version: number; mean: number; spread: number } | null;
}

export interface Group {
  id: number;
  external_id: string;
  step: number | null;
  prompt: Text;
  rollouts: GroupRollout[];
}

export interface LabelSet {
  id: number;
  digest: string;
  size: number;
  heldout_size: number;
  created_at: string;
}
