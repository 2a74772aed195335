/** Which of two is better, and how much. One key decides at "clearly"; ties and "both bad" are answers, not evasions. */

import { t } from "../../i18n";
import { type Common, type Draft, letter, type Machine, type Row, row } from "./kind";

export type Strength = 1 | 2 | 3;
export type Choice = "first" | "second" | "tie" | "both_bad";

export interface PairQuestion extends Common {
  kind: "pair";
  strength?: boolean;
  ties?: boolean;
  both_bad?: boolean;
}

export interface PairAnswer {
  choice: Choice;
  strength: Strength | null;
}

export interface PairDraft extends Draft {
  said: PairAnswer | null;
}

export type PairChange = { do: "choose"; said: PairAnswer };

/** One keypress decides at this strength; other keys say slightly or far better. */
const CLEARLY: Strength = 2;

export function prefers(choice: Choice): choice is "first" | "second" {
  return choice === "first" || choice === "second";
}

/** Strength belongs to a preference only: a tie cannot be "far". */
export function choose(question: PairQuestion, choice: Choice, strength: Strength = CLEARLY): PairChange {
  const asked = prefers(choice) && question.strength !== false;
  return { do: "choose", said: { choice, strength: asked ? strength : null } };
}

export function sameChoice(one: PairAnswer | null, other: PairAnswer): boolean {
  return one !== null && one.choice === other.choice && one.strength === other.strength;
}

function inWords({ choice, strength }: PairAnswer): string {
  if (choice === "tie") return t("Tie");
  if (choice === "both_bad") return t("Both bad");
  const side = letter(choice === "first" ? 0 : 1);
  if (strength === null) return t("{{side}} better", { side });
  if (strength === 1) return t("{{side}} slightly better", { side });
  return strength === 3 ? t("{{side}} far better", { side }) : t("{{side}} clearly better", { side });
}

function degrees(question: PairQuestion): Row<PairChange>[] {
  const said = (keys: string[], choice: Choice, strength?: Strength) => {
    const change = choose(question, choice, strength);
    return row(inWords(change.said), keys, change);
  };
  const main = [said(["a", "1", "ArrowLeft"], "first"), said(["b", "2", "ArrowRight"], "second")];
  if (question.strength === false) return main;
  return [
    ...main,
    said(["Shift+a", "Shift+1", "Shift+ArrowLeft"], "first", 3),
    said(["Shift+b", "Shift+2", "Shift+ArrowRight"], "second", 3),
    said([","], "first", 1),
    said(["."], "second", 1),
  ];
}

export const pair: Machine<PairQuestion, PairDraft, PairChange, PairAnswer> = {
  movesOn: true,
  decidesAtOnce: () => true,
  begin: () => ({ at: 0, said: null }),
  again: (_question, _shown, answer) => ({ at: 0, said: answer }),
  change: (_question, _shown, draft, { said }) => ({ ...draft, said }),
  complete: (_question, draft) => draft.said !== null,
  blank: (draft) => draft.said === null,
  answer: (_question, draft) => draft.said ?? { choice: "tie", strength: null },
  rows: (question) => {
    const rows = degrees(question);
    if (question.ties !== false) rows.push(row(t("Tie: no difference worth naming"), ["t", "="], choose(question, "tie")));
    if (question.both_bad !== false) rows.push(row(t("Both bad"), ["x"], choose(question, "both_bad")));
    return rows;
  },
  inWords: (_question, answer) => inWords(answer),
  glyph: (_question, { choice, strength }) => {
    if (prefers(choice)) return letter(choice === "first" ? 0 : 1) + "+".repeat((strength ?? 1) - 1);
    return choice === "tie" ? "=" : "✕";
  },
};
