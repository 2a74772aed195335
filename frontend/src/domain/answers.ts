/** What a person says of a card: an answer to its form or a reason to skip it, and whether it deserves a second look. */

import { t } from "../i18n";
import type { Answer, Form } from "./form";
import * as form from "./form";

export const SKIP_REASONS = ["cannot_judge", "not_my_language", "harmful", "broken", "other"] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export interface Said {
  /** Null when the card was skipped. */
  answer: Answer | null;
  skip: SkipReason | null;
  flagged: boolean;
}

export function reasonInWords(reason: SkipReason): string {
  switch (reason) {
    case "cannot_judge":
      return t("I cannot judge this");
    case "not_my_language":
      return t("Not in a language I read");
    case "harmful":
      return t("Harmful or upsetting");
    case "broken":
      return t("Broken: cut off or unreadable");
    case "other":
      return t("Another reason");
  }
}

export function inWords(asked: Form, { answer, skip, flagged }: Said): string {
  const words = skip ? t("Skipped: {{reason}}", { reason: reasonInWords(skip) }) : answer ? form.inWords(asked, answer) : t("Skipped");
  return flagged ? t("{{words}}, flagged", { words }) : words;
}

export function glyph(asked: Form, { answer, skip }: Said): string {
  return skip || !answer ? "↷" : form.glyph(asked, answer);
}
