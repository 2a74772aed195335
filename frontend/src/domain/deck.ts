/**
 * The cards in an annotator's hand, as a value: what is shown, what waits behind it, what was answered.
 *
 * Pure: this file has never seen a server, a clock or a component. Each function takes a deck and returns the next one.
 */

import type { Card, PastAnswer } from "../api/types";
import type { Said } from "./answers";

/** How far back an answer can be re-opened. */
export const HISTORY = 10;
/** The shown card and at least three behind it, so that the next one never waits for the network. */
export const HAND = 5;
/** Begins the key of an answer that was given before this tab was opened. */
const REMEMBERED = "annotation-";

function remembered(annotation: number): string {
  return `${REMEMBERED}${annotation}`;
}

export interface Past extends Said {
  /** Idempotency key of the latest thing said about this card; a revision replaces it. */
  key: string;
  assignment: number;
  annotation: number | null;
  card: Card;
  comment: string;
  status: "sending" | "saved" | "refused";
  /** What stood before an unconfirmed revision, and stands again if the revision is refused. */
  before: Past | null;
}

export interface Deck {
  queue: Card[];
  past: Past[];
  answered: ReadonlySet<number>;
  /** The key of the past answer being looked at again, if any. */
  reopened: string | null;
}

export const emptyDeck: Deck = { queue: [], past: [], answered: new Set(), reopened: null };

export function shown(deck: Deck): { card: Card; past: Past | null } | null {
  const past = deck.past.find((one) => one.key === deck.reopened);
  if (past) return { card: past.card, past };
  const card = deck.queue[0];
  return card ? { card, past: null } : null;
}

/** The fresh card that is shown next, as far as this hand knows: behind an earlier answer waits the card that was left. */
export function behind(deck: Deck): Card | null {
  return deck.queue[shown(deck)?.past ? 0 : 1] ?? null;
}

/** How many cards to ask for, to hold so many; by two at a time, which is half the requests of one at a time. */
export function missing(deck: Deck, hand = HAND): number {
  return deck.queue.length < hand - 1 ? hand - deck.queue.length : 0;
}

/** Cards already in hand keep their place; one that was answered here never comes back unless it was leased anew. */
export function claimed(deck: Deck, cards: Card[]): Deck {
  const fresh = new Map(cards.map((card) => [card.assignment, card]));
  const kept = deck.queue.map((card) => fresh.get(card.assignment) ?? card);
  const inHand = new Set(kept.map((card) => card.assignment));
  const added = [...fresh.values()].filter((c) => !inHand.has(c.assignment) && !deck.answered.has(c.assignment));
  return { ...deck, queue: [...kept, ...added] };
}

export function answer(deck: Deck, said: Said, key: string, comment = ""): Deck {
  const [card, ...rest] = deck.queue;
  if (!card || deck.reopened) return deck;
  const { assignment } = card;
  const past: Past = { ...said, key, card, comment, assignment, annotation: null, status: "sending", before: null };
  // A card dealt again after a refusal stands in the history once.
  const others = deck.past.filter((one) => one.assignment !== assignment);
  return {
    ...deck,
    queue: rest,
    past: [past, ...others].slice(0, HISTORY),
    answered: new Set([...deck.answered, assignment]),
  };
}

/** A revision is a new statement about an old card; the rail keeps its place, and the hand is shown again. */
export function revise(deck: Deck, said: Said, key: string, comment = ""): Deck {
  const again = (one: Past): Past => ({ ...one, ...said, key, comment, status: "sending", before: one });
  const past = deck.past.map((one) => (one.key === deck.reopened ? again(one) : one));
  return { ...deck, past, reopened: null };
}

export function reopen(deck: Deck, key: string): Deck {
  return deck.past.some((one) => one.key === key && one.status !== "refused") ? { ...deck, reopened: key } : deck;
}

/** Reopen the answer that the server knows by this number, unless something else was said of its card since. */
export function reopenSaved(deck: Deck, annotation: number): Deck {
  return reopen(deck, remembered(annotation));
}

/** Undo goes one answer further back each time it is pressed. */
export function undo(deck: Deck): Deck {
  const from = deck.past.findIndex((one) => one.key === deck.reopened);
  const target = deck.past.slice(from + 1).find((one) => one.status !== "refused");
  return target ? { ...deck, reopened: target.key } : deck;
}

export function backToHand(deck: Deck): Deck {
  return { ...deck, reopened: null };
}

/** `one` with its statement of this key changed, which may lie beneath revisions that were given since. */
function changed(one: Past, key: string, change: (said: Past) => Past): Past {
  if (one.key === key) return change(one);
  const before = one.before && changed(one.before, key, change);
  return before === one.before ? one : { ...one, before };
}

export function acknowledged(deck: Deck, key: string, annotation: number): Deck {
  const saved = (one: Past): Past => ({ ...one, annotation, status: "saved", before: null });
  return { ...deck, past: deck.past.map((one) => changed(one, key, saved)) };
}

/** A refused answer stays visible as refused, and its card may be dealt again. A refused revision never happened. */
export function refused(deck: Deck, key: string): Deck {
  const undone = (one: Past): Past => one.before ?? { ...one, status: "refused" };
  const past = deck.past.map((one) => changed(one, key, undone));
  const gone = past.find((one, at) => one.status === "refused" && one !== deck.past[at])?.assignment;
  const answered = new Set([...deck.answered].filter((assignment) => assignment !== gone));
  return stillOpen(deck, { ...deck, past, answered });
}

/** After the history changed, what was reopened stays open under its new key, or the hand is shown again. */
function stillOpen(before: Deck, after: Deck): Deck {
  const { assignment } = before.past.find((one) => one.key === before.reopened) ?? {};
  const open = after.past.find((one) => one.assignment === assignment && one.status !== "refused");
  return { ...after, reopened: open?.key ?? null };
}

/** Whether this card has an answer that counts: given, not skipped, not refused. */
export function counts(deck: Deck, assignment: number): boolean {
  return deck.past.some((one) => one.assignment === assignment && one.status !== "refused" && !one.skip);
}

export function dropped(deck: Deck, assignment: number): Deck {
  return { ...deck, queue: deck.queue.filter((card) => card.assignment !== assignment) };
}

export function renewed(deck: Deck, assignment: number, leased_until: string): Deck {
  const queue = deck.queue.map((card) => (card.assignment === assignment ? { ...card, leased_until } : card));
  return { ...deck, queue };
}

/** What the server remembers of this person, newest first, behind what this tab has said. */
export function withHistory(deck: Deck, answers: PastAnswer[]): Deck {
  const here = deck.past.filter((one) => !one.key.startsWith(REMEMBERED));
  const known = new Set(here.map((one) => one.assignment));
  const older = answers.filter((one) => !known.has(one.assignment)).map(fromServer);
  const answered = new Set([...deck.answered, ...older.map((one) => one.assignment)]);
  return stillOpen(deck, { ...deck, past: [...here, ...older].slice(0, HISTORY), answered });
}

function fromServer(one: PastAnswer): Past {
  const { annotation, assignment, card, comment, answer, flagged } = one;
  const skip = one.skip || null;
  const key = remembered(annotation);
  return { key, annotation, assignment, card, comment, answer, skip, flagged, status: "saved", before: null };
}
