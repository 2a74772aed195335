/** The server's words for states, roles, streams and kinds, as people read them; a word this page does not know stays as it is. */

import { t } from "../i18n";

const STATES = {
  draft: "draft",
  open: "open",
  paused: "paused",
  closed: "closed",
  used_up: "budget used up",
  queued: "queued",
  running: "running",
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
  candidate: "candidate",
  production: "production",
  retired: "retired",
  accepted: "accepted",
  returned: "returned",
} as const;

const ROLES = {
  annotator: "annotator",
  adjudicator: "adjudicator",
  manager: "manager",
  admin: "administrator",
  trainer: "trainer",
} as const;

const JOBS = {
  reward_model: "Reward model training {{id}}",
  policy: "Policy training {{id}}",
} as const;

const FORMATS = {
  "trl-preference": "Preference pairs (TRL)",
  ranked: "Rankings and scores",
  kto: "Good or bad, one by one (KTO)",
  "prm-stepwise": "Steps marked (process reward models)",
  sft: "Corrected texts (fine-tuning)",
  "edit-preference": "Corrections as preference pairs",
  annotations: "Answers as they were given",
} as const;

/** Why a card was asked. */
export const STREAMS = {
  acquisition: "chosen by the strategy",
  random: "drawn by chance",
  gold: "known answer",
  repeat: "asked again",
} as const;

function known<Names extends Record<string, string>>(names: Names, word: string): Names[keyof Names] | null {
  return Object.hasOwn(names, word) ? names[word as keyof Names] : null;
}

export function stateName(state: string): string {
  const name = known(STATES, state);
  return name ? t(name) : state;
}

export function roleOf(role: string): string {
  const name = known(ROLES, role);
  return name ? t(name) : role;
}

export function streamName(stream: string): string {
  const name = known(STREAMS, stream);
  return name ? t(name) : stream;
}

export function jobTitle({ kind, id }: { kind: string; id: number }): string {
  const name = known(JOBS, kind);
  return name ? t(name, { id: String(id) }) : `${kind} ${id}`;
}

export function formatName(format: string): string {
  const name = known(FORMATS, format);
  return name ? t(name) : format;
}
