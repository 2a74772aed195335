/**
 * What was begun on the card in hand and is not sent yet: it waits on this device, so that a reload, a browser that
 * closes or a session that ends loses no half-written word.
 */

import type { Card } from "../api/types";
import * as forms from "./form";
import type { Filled, Form } from "./form";
import type { Shown } from "./kinds/kind";

export interface Begun {
  /** Whose and of which campaign; a person has one card before them at a time. */
  key: string;
  user: number;
  campaign: string;
  assignment: number;
  lease_number: number;
  filled: Filled;
  flagged: boolean;
  note: string;
}

export function keyOfBegun(user: number, campaign: string): string {
  return `${user}/${campaign}`;
}

/** Under another lease the completions may lie in another order, and what was said of A would be said of B. */
export function isOf(begun: Begun | null, { assignment, lease_number }: Card): boolean {
  return begun !== null && begun.assignment === assignment && begun.lease_number === lease_number;
}

/** Cards just dealt, the one that was in hand first: a reload shows what it showed before. */
export function inHandFirst(begun: Begun | null, cards: readonly Card[]): Card[] {
  return [...cards.filter((card) => isOf(begun, card)), ...cards.filter((card) => !isOf(begun, card))];
}

/** Whether anything was said of it: such a card is not given back when its page is left for a moment. */
export function saysSomething(form: Form, { filled, flagged, note }: Begun): boolean {
  return flagged || note.trim() !== "" || !forms.isBlank(form, filled);
}

/** What was begun, where it has the shape that this version of the product begins with. */
export function takenUp(form: Form, shown: Shown, { filled }: Begun): Filled | null {
  const shape = ({ drafts }: Filled) => JSON.stringify(drafts.map((draft) => Object.keys(draft).sort()));
  return shape(filled) === shape(forms.begin(form, shown)) ? filled : null;
}
