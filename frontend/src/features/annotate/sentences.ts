/** What happened to an answer, as its author is told. */

import { ApiError } from "../../api/client";
import type { Returned } from "../../api/desk";
import { refusalOf } from "../../domain/refusals";
import { t } from "../../i18n";

export function cameBack({ returned_by, note }: Returned): string {
  return t("{{name}} returned this answer: {{note}}", { name: returned_by, note });
}

export function refusal(code: string, message: string, revising = false): string {
  if (revising && code === "lease_lost") return t("Somebody else has that card by now, so your earlier answer stands.");
  if (revising && code === "campaign_closed") return t("This campaign is not asking any more, so your earlier answer stands.");
  if (code === "lease_lost") return t("That card had gone to somebody else in the meantime, so your answer to it was not counted.");
  if (code === "already_submitted") return t("That card already had your answer.");
  if (code === "stale_revision") return t("That answer was changed elsewhere in the meantime; the other change stands.");
  const { text, english } = refusalOf(new ApiError(409, code, message));
  return [text, english].filter(Boolean).join(" ");
}
