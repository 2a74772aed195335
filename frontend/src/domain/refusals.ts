/**
 * What the server refused, as the person reads it: in their language where the product has a sentence for its code.
 *
 * In English the server's own sentence stands, because it names what it is about. In another language the sentence of
 * the code stands, and where the code alone says too little, the server's sentence follows it.
 */

import { ApiError } from "../api/client";
import { language, t } from "../i18n";

const SENTENCES = {
  already_submitted: "This card has been answered already.",
  another_person: "Somebody else has signed in in this browser.",
  bad_credentials: "This name and password do not match.",
  bad_token: "This token is not valid.",
  body_too_large: "What was sent is too large.",
  budget_exhausted: "The budget of this campaign is used up.",
  busy: "There is no room for this right now. Try again in a moment, or ask for less.",
  campaign_closed: "This campaign is not asking any more.",
  conflict: "This does not fit what is there now.",
  database_unavailable: "The database is unavailable for a moment; try again.",
  decided_already: "This dispute has been decided already.",
  idempotency_key_reused: "Something else was sent under the same key before.",
  invalid_answer: "This answer cannot be used.",
  invalid_config: "These settings cannot be used.",
  invalid_input: "Some fields are not usable.",
  invitation_unusable: "This invitation cannot be used any more.",
  known_already: "The answer to this card is known already.",
  lease_lost: "Somebody else has this card now.",
  malformed_json: "What was sent cannot be read.",
  member_paused: "You are taking a break from this campaign.",
  method_not_allowed: "This cannot be done here.",
  no_single_sign_on: "Single sign-on is not set up here.",
  not_allowed: "Your role does not allow this.",
  not_authenticated: "You are signed out. Sign in again.",
  not_found: "There is nothing here.",
  nothing_to_learn: "There is nothing to learn from yet.",
  own_dispute: "You answered this yourself; somebody else decides it.",
  search_too_wide: "This would read too much. Ask for less.",
  server_error: "Something broke on our side; it has been logged. Nothing was half-stored.",
  sign_in_refused: "Single sign-on did not let you in.",
  stale_revision: "This answer has been changed meanwhile.",
  throttled: "Too many requests. Wait a moment.",
  token_expired: "This token has expired. Make a new one.",
  too_many_attempts: "Too many attempts. Wait a few minutes.",
  unknown_annotation: "This answer is not known.",
  unknown_assignment: "This card is not known.",
  unknown_campaign: "This campaign is not known.",
  unknown_gold_item: "There is no such item with a known answer.",
  unknown_group: "This group is not known.",
  unknown_invitation: "This invitation is not known.",
  unknown_job: "This job is not known.",
  unknown_label_set: "This label set is not known.",
  unknown_member: "This person does not belong to the campaign.",
  unknown_reward_model: "This reward model is not known.",
  unknown_run: "This run is not known.",
  unknown_session: "This sign-in is not known.",
  unknown_table: "This table is not known.",
  unknown_task: "This task is not known.",
  unknown_token: "This token is not known.",
  unknown_user: "Somebody named here is not known.",
  unreachable: "The server cannot be reached right now.",
  weak_password: "This password is too weak.",
} as const;

/** Codes of many faults: only the server's sentence says which. */
const VAGUE = new Set([
  "conflict",
  "idempotency_key_reused",
  "invalid_answer",
  "invalid_config",
  "invalid_input",
  "member_paused",
  "nothing_to_learn",
  "search_too_wide",
  "unknown_user",
  "weak_password",
]);

export const CODES_WITH_SENTENCES: ReadonlySet<string> = new Set(Object.keys(SENTENCES));

export interface Refusal {
  text: string | null;
  /** The server's English sentence, where nothing else says it. */
  english: string | null;
}

export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof ApiError)) return { text: t("Something went wrong in this page. Reloading may help."), english: null };
  const known = Object.hasOwn(SENTENCES, error.code) ? t(SENTENCES[error.code as keyof typeof SENTENCES]) : null;
  if (language() === "en" || known === null) return { text: null, english: error.message };
  return { text: known, english: VAGUE.has(error.code) ? error.message : null };
}
