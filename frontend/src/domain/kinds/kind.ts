/**
 * What every kind of question is to the form: a draft, changes to it, and one table of keys.
 *
 * A kind is a small state machine without clock, server or component. Its table of keys is the only place that says
 * which key does what: the listener, the badges on buttons and the key sheet all read it.
 */

import { t } from "../../i18n";

export interface Common {
  name: string;
  title?: string | undefined;
  guideline?: string | undefined;
  required?: boolean | undefined;
}

/** What a question may know of the card: plain texts by place shown, and their steps where the form asks for steps. */
export interface Shown {
  texts: readonly string[];
  steps: readonly (readonly string[])[];
}

/** `at` is the completion that is looked at: the open tab, the target of keys that name no completion. */
export interface Draft {
  at: number;
}

export type Look = { do: "look"; at: number };

/** One key or several that mean the same. The sheet joins rows with one meaning into one line. */
export interface Row<Change> {
  meaning: string;
  /** As `press` names them; the first is the one shown on buttons. */
  keys: readonly string[];
  change: Change;
  /** Whether a held key goes on. */
  held?: boolean;
}

export interface Machine<Question, OneDraft extends Draft, Change, Answer> {
  /** Whether one change is the whole answer, so that a form of this question alone needs no Enter. */
  decidesAtOnce(question: Question, shown: Shown): boolean;
  begin(question: Question, shown: Shown): OneDraft;
  /** The draft that an earlier answer came from. */
  again(question: Question, shown: Shown, answer: Answer): OneDraft;
  change(question: Question, shown: Shown, draft: OneDraft, change: Change): OneDraft;
  complete(question: Question, draft: OneDraft): boolean;
  /** Whether nothing was said: an unrequired question is then left out of the answer. */
  blank(draft: OneDraft): boolean;
  /** Whether completing it leaves nothing to add: the form then goes on to the next question by itself. */
  movesOn: boolean;
  answer(question: Question, draft: OneDraft): Answer;
  rows(question: Question, shown: Shown, draft: OneDraft): Row<Change | Look>[];
  inWords(question: Question, answer: Answer): string;
  /** A few characters for the history rail, readable without colour. */
  glyph(question: Question, answer: Answer): string;
}

const LETTERS = "ABCDEFGH";

/** Completions are named by the place they are shown at. */
export function letter(place: number): string {
  return LETTERS.charAt(place);
}

export function places(shown: Shown): number[] {
  return shown.texts.map((_, place) => place);
}

export function replaced<T>(list: readonly T[], index: number, value: T): T[] {
  return list.map((one, i) => (i === index ? value : one));
}

/** The next place, in a ring from here, where something is still to be said; here if there is none. */
export function nextOpen(at: number, open: readonly boolean[]): number {
  for (let step = 1; step < open.length; step += 1) {
    const place = (at + step) % open.length;
    if (open[place]) return place;
  }
  return at;
}

export function row<Change>(meaning: string, keys: readonly string[], change: Change, held = false): Row<Change> {
  return { meaning, keys, change, held };
}

/** Digits look at completion A, B, C ...; neighbours are one key away. */
export function looking(shown: Shown, draft: Draft, previous: string[], next: string[], digits = true): Row<Look>[] {
  const n = shown.texts.length;
  if (n < 2) return [];
  const meaning = t("Look at answer A, B, …");
  const direct = digits ? places(shown).map((at) => row<Look>(meaning, [String(at + 1)], { do: "look", at })) : [];
  return [
    ...direct,
    row<Look>(t("The previous answer"), previous, { do: "look", at: Math.max(0, draft.at - 1) }, true),
    row<Look>(t("The next answer"), next, { do: "look", at: Math.min(n - 1, draft.at + 1) }, true),
  ];
}

/** "A, C and D": the completions at these places. */
export function named(list: readonly number[]): string {
  const names = list.map(letter);
  if (names.length < 2) return names.join("");
  return t("{{most}} and {{last}}", { most: names.slice(0, -1).join(", "), last: names.at(-1) ?? "" });
}
