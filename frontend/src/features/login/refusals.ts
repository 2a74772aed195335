/** Why the organisation's sign-on did not lead in, by the reason the server names. */

import { t } from "../../i18n";

const REASONS = {
  bad_token: "What the sign-on provider sent cannot be trusted. Tell your administrator.",
  expired_token: "That took too long. Sign in again.",
  no_access: "This account has no access here.",
  provider_away: "The sign-on provider cannot be reached right now.",
  provider_refused: "The sign-on provider did not let you in.",
  two_accounts: "Two accounts have your address; an administrator must choose one.",
  unknown_domain: "Your address may not sign up here. Ask for an invitation.",
  unverified_email: "Your provider has not verified your e-mail address.",
  wrong_state: "This sign-in was not begun in this browser. Try again.",
} as const;

export function refusalSentence(reason: string): string {
  return t(Object.hasOwn(REASONS, reason) ? REASONS[reason as keyof typeof REASONS] : REASONS.no_access);
}
