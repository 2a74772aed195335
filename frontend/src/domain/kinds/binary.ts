/** Good or bad, one key for each completion. */

import { t } from "../../i18n";
import { type Common, type Draft, letter, looking, type Machine, nextOpen, places, replaced, row } from "./kind";

export interface BinaryQuestion extends Common {
  kind: "binary";
  good?: string;
  bad?: string;
}

export interface BinaryAnswer {
  good: boolean[];
}

export interface BinaryDraft extends Draft {
  good: readonly (boolean | null)[];
}

/** `at`: a completion other than the one looked at, when its own button was pressed. */
export type BinaryChange = { do: "mark"; good: boolean; at?: number };

/** What the server says where a campaign said nothing: the page then says it in its own language. */
const UNSAID = { good: "Good", bad: "Bad" } as const;

export function labelOf(question: BinaryQuestion, good: boolean): string {
  const which = good ? "good" : "bad";
  const own = question[which];
  return own && own !== UNSAID[which] ? own : t(UNSAID[which]);
}

export const binary: Machine<BinaryQuestion, BinaryDraft, BinaryChange, BinaryAnswer> = {
  movesOn: true,
  decidesAtOnce: (_question, shown) => shown.texts.length === 1,
  begin: (_question, shown) => ({ at: 0, good: places(shown).map(() => null) }),
  again: (_question, _shown, { good }) => ({ at: 0, good }),
  change: (_question, _shown, draft, said) => {
    const at = said.at ?? draft.at;
    const good = replaced(draft.good, at, said.good);
    return { ...draft, good, at: nextOpen(at, good.map((one) => one === null)) };
  },
  complete: (_question, draft) => draft.good.every((one) => one !== null),
  blank: (draft) => draft.good.every((one) => one === null),
  answer: (_question, draft) => ({ good: draft.good.map((one) => one === true) }),
  rows: (question, shown, draft) => {
    const alone = shown.texts.length === 1;
    return [
      row(labelOf(question, true), alone ? ["g", "1", "ArrowLeft"] : ["g"], { do: "mark", good: true } as const),
      row(labelOf(question, false), alone ? ["b", "2", "ArrowRight"] : ["b"], { do: "mark", good: false } as const),
      ...looking(shown, draft, ["ArrowLeft", ","], ["ArrowRight", "."]),
    ];
  },
  inWords: (question, { good }) =>
    good.length === 1
      ? labelOf(question, good[0] === true)
      : good.map((one, place) => `${letter(place)} ${labelOf(question, one)}`).join(", "),
  glyph: (_question, { good }) => good.slice(0, 4).map((one) => (one ? "✓" : "✕")).join("") + (good.length > 4 ? "…" : ""),
};
