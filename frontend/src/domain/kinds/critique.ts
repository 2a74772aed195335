/** Free words about the card, or about each completion. */

import { t } from "../../i18n";
import { type Common, type Draft, looking, type Machine, places, replaced, row } from "./kind";

export interface CritiqueQuestion extends Common {
  kind: "critique";
  per?: "card" | "completion";
  min_length?: number;
}

export type CritiqueAnswer = { text: string } | { texts: string[] };

export interface CritiqueDraft extends Draft {
  /** One for the card, or one for each completion. */
  texts: readonly string[];
}

export type CritiqueChange = { do: "write"; text: string } | { do: "enter" };

export function perCompletion(question: CritiqueQuestion): boolean {
  return question.per === "completion";
}

export function written(question: CritiqueQuestion, draft: CritiqueDraft): string {
  return draft.texts[perCompletion(question) ? draft.at : 0] ?? "";
}

/** How many characters are still asked for. A text may be empty only where the question need not be answered. */
export function stillShort(question: CritiqueQuestion, text: string): number {
  const length = [...text.trim()].length;
  if (length === 0 && question.required === false) return 0;
  return Math.max(0, Math.max(1, question.min_length ?? 0) - length);
}

export const critique: Machine<CritiqueQuestion, CritiqueDraft, CritiqueChange, CritiqueAnswer> = {
  movesOn: false,
  decidesAtOnce: () => false,
  begin: (question, shown) => ({ at: 0, texts: perCompletion(question) ? places(shown).map(() => "") : [""] }),
  again: (_question, _shown, answer) => ({ at: 0, texts: "texts" in answer ? answer.texts : [answer.text] }),
  change: (question, _shown, draft, said) =>
    said.do === "enter" ? draft : { ...draft, texts: replaced(draft.texts, perCompletion(question) ? draft.at : 0, said.text) },
  complete: (question, draft) => draft.texts.every((text) => stillShort(question, text) === 0),
  blank: (draft) => draft.texts.every((text) => text.trim() === ""),
  answer: (question, draft) =>
    perCompletion(question) ? { texts: [...draft.texts] } : { text: draft.texts[0] ?? "" },
  rows: (_question, shown, draft) => [
    row(t("Write; Escape leaves the text"), ["i"], { do: "enter" } as const),
    ...looking(shown, draft, ["ArrowLeft", ","], ["ArrowRight", "."]),
  ],
  inWords: (_question, answer) => {
    const all = ("texts" in answer ? answer.texts : [answer.text]).join(" ").trim();
    return t("Critique: {{start}}", { start: all.length > 60 ? `${all.slice(0, 60)}…` : all });
  },
  glyph: () => "“…”",
};
