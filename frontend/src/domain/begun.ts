/**
 * What was begun and is not sent yet: it waits on this device, so that a reload, a browser that closes or a session that
 * ends loses no half-written word.
 */

import type { Card } from "../api/types";
import * as forms from "./form";
import type { Filled, Form } from "./form";
import type { Shown } from "./kinds/kind";

/** What can be said of a card, as far as it goes. */
export interface HalfSaid {
  filled: Filled;
  flagged: boolean;
  note: string;
  /** How long somebody has read and written here so far; a page that is closed adds nothing. */
  active_ms?: number;
}

export interface Begun extends HalfSaid {
  /** Whose, of which campaign, and what it is to become: see `keyOfBegun`. */
  key: string;
  user: number;
  campaign: string;
  assignment: number;
  lease_number: number;
  /** Whether nothing was said yet: the card was only read. */
  blank?: boolean;
  /** The cards in hand in their order, this one first. */
  hand?: readonly number[];
  /** What belongs to a known answer in the making besides the form. */
  known?: KnownBegun;
}

export interface KnownBegun {
  group: number;
  chosen: readonly number[];
  /** What for, and why it is right. */
  use: "gold" | "training";
  explanation: string;
  /** Whether the answer is given, and only these two are left to say. */
  stated: boolean;
}

/**
 * What is in the making: an answer to the card in hand, a correction of an earlier answer, or a known answer, of which a
 * person has one each in a campaign; or the decision of a dispute, by its number.
 */
export type Making = "answer" | "correction" | "known" | `dispute ${number}`;

export function keyOfBegun(user: number, campaign: string, making: Making): string {
  return `${user}/${campaign}/${making}`;
}

/** Under another lease the completions may lie in another order, and what was said of A would be said of B. */
export function isOf(begun: Begun | null, { assignment, lease_number }: Card): boolean {
  return begun !== null && begun.assignment === assignment && begun.lease_number === lease_number;
}

/** What was left of a card as it is shown: of an earlier answer its correction, else the answer that was begun. */
export function leftOf(begun: readonly Begun[], { card, past }: { card: Card; past: object | null }): Begun | null {
  return begun.find((one) => isOf(one, card) && one.key.endsWith("/correction") === (past !== null)) ?? null;
}

/** Cards just dealt in the order they had in this hand, new ones last: a reload shows what it showed before. */
export function asTheyLay(begun: Begun | null, cards: readonly Card[]): Card[] {
  const hand = begun?.hand ?? (begun ? [begun.assignment] : []);
  const place = ({ assignment }: Card) => (hand.includes(assignment) ? hand.indexOf(assignment) : hand.length);
  return [...cards].sort((x, y) => place(x) - place(y));
}

/** Whether anything was said of it: such a card is not given back when its page is left for a moment. */
export function saysSomething(form: Form, { filled, flagged, note }: HalfSaid): boolean {
  return flagged || note.trim() !== "" || !forms.isBlank(form, filled);
}

/** Whether nothing was touched of what is there to be changed. */
export function isUntouched(one: HalfSaid, before: HalfSaid): boolean {
  const said = ({ filled, flagged, note }: HalfSaid) => JSON.stringify([filled.drafts, flagged, note.trim()]);
  return said(one) === said(before);
}

/** What was begun, where it has the shape that this version of the product begins with. */
export function takenUp(form: Form, shown: Shown, { filled }: Begun): Filled | null {
  const shape = ({ drafts }: Filled) => JSON.stringify(drafts.map((draft) => Object.keys(draft).sort()));
  return shape(filled) === shape(forms.begin(form, shown)) ? filled : null;
}
