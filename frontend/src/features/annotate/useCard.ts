/**
 * What is being said of the card on screen: the form in hand, a flag, a note, and whether a skip or a doubt is open.
 *
 * Another card means another state, in the same drawing that shows it; what was begun on a fresh card waits while an
 * earlier answer is looked at.
 */

import { useCallback, useMemo, useRef, useState } from "react";

import { type Begun, type HalfSaid, leftOf, takenUp } from "../../domain/begun";
import type { Past } from "../../domain/deck";
import * as forms from "../../domain/form";
import type { Form } from "../../domain/form";
import type { Shown } from "../../domain/kinds/kind";
import { shownOf } from "../../domain/shown";
import type { Card } from "../../api/types";

export interface CardState {
  key: string | null;
  shown: Shown;
  filled: forms.Filled;
  flagged: boolean;
  note: string;
  noteOpen: boolean;
  /** The reasons to skip are open. */
  skipping: boolean;
  /** An untouched proposal was sent: is it meant? */
  doubted: boolean;
}

export interface Showing {
  card: Card;
  past: Past | null;
}

function fresh(form: Form, key: string | null, showing: Showing | null, begun: readonly Begun[] = []): CardState {
  const shown = shownOf(showing?.card.completions ?? []);
  const past = showing?.past ?? null;
  const left = showing && leftOf(begun, showing);
  const taken = left && takenUp(form, shown, left);
  if (left && taken) {
    const { flagged, note } = left;
    return { key, shown, filled: taken, flagged, note, noteOpen: note !== "", skipping: false, doubted: false };
  }
  const note = past?.comment ?? "";
  const filled = past?.answer ? forms.again(form, shown, past.answer) : forms.begin(form, shown);
  return { key, shown, filled, flagged: past?.flagged ?? false, note, noteOpen: note !== "", skipping: false, doubted: false };
}

/** What stood before anything was said here: of an earlier answer, that answer. */
export function before(form: Form, showing: Showing): HalfSaid {
  return fresh(form, null, showing);
}

/** Only a card that has no answer yet is worth going back to as it was left. */
function isBegun(state: CardState): boolean {
  return state.key?.startsWith("card-") === true;
}

export function keyOf(showing: Showing | null): string | null {
  return showing ? (showing.past?.key ?? `card-${showing.card.assignment}`) : null;
}

interface InHand {
  card: CardState;
  /** The next card as it will be when it is shown. */
  ahead: CardState;
  setCard: (part: Partial<CardState>) => void;
  latest: () => CardState;
}

export function useCard(form: Form, showing: Showing | null, next: Showing | null, left: readonly Begun[]): InHand {
  const [key, nextKey] = [keyOf(showing), keyOf(next)];
  const begun = useRef<CardState | null>(null);
  const [, redraw] = useState(0);
  const first = useMemo(() => fresh(form, key, showing, left), []);
  const live = useRef(first);
  const ahead = useRef(first);
  const known = (wanted: string | null) => [begun.current, ahead.current].find((one) => wanted !== null && one?.key === wanted);
  if (live.current.key !== key) {
    if (isBegun(live.current)) begun.current = live.current;
    live.current = known(key) ?? fresh(form, key, showing, left);
  }
  if (ahead.current.key !== nextKey) ahead.current = known(nextKey) ?? fresh(form, nextKey, next, left);
  const setCard = useCallback((part: Partial<CardState>) => {
    live.current = { ...live.current, ...part };
    redraw((n) => n + 1);
  }, []);
  const latest = useCallback(() => live.current, []);
  return { card: live.current, ahead: ahead.current, setCard, latest };
}
