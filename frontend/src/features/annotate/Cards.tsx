/**
 * The card on screen and, drawn behind it, the one that comes next: an answer only changes which of them is seen.
 *
 * Each card has elements of its own, so nothing of one is ever left on another.
 */

import { useMemo, useRef } from "react";

import { readingOf } from "../reading/useReading";
import { CardView } from "./CardView";
import { keyOf, type Showing } from "./useCard";
import type { Hand } from "./useHand";

interface Props {
  hand: Hand;
  question: string;
  next?: Showing | null;
}

export function Cards({ hand, question, next = null }: Props) {
  const { form, showing, card, ahead, reading, panes, change } = hand;
  const left = useRef<string | null>(null);
  const readingNext = useMemo(() => next && readingOf(reading, next.card.completions.map(({ text }) => text)), [reading, ahead.key]);
  if (!showing) return null;
  const shared = { question, form, panes, change, left };
  const { shown, filled } = card;
  return (
    <div className="cards">
      <CardView key={keyOf(showing)} card={showing.card} shown={shown} filled={filled} reading={reading} waiting={false} {...shared} />
      {next && readingNext && (
        <CardView key={keyOf(next)} card={next.card} shown={ahead.shown} filled={ahead.filled} reading={readingNext} waiting {...shared} />
      )}
    </div>
  );
}
