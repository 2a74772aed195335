/**
 * Prepares the cards that wait while the reader reads, and names the one that may already be drawn, unseen.
 *
 * Everything happens when the page is idle: whoever reads, writes or presses a key goes first.
 */

import { startTransition, useEffect, useState } from "react";

import type { Card, Text } from "../../api/types";
import { prepareRichText } from "../../ui/Content";

const whenIdle: (work: () => void) => void = "requestIdleCallback" in globalThis ? (work) => requestIdleCallback(work) : (work) => setTimeout(work, 200);

/** Drawing more than this at once would be felt by whoever reads or presses a key meanwhile; it is plain text and quick to show. */
const MOST_DRAWN = 60_000;

/** Everything on a card that takes time to lay out. */
function textsOf({ prompt, completions }: Card): Text[] {
  return [prompt, ...completions.flatMap(({ text, steps }) => steps ?? [text])];
}

function isDrawnAhead(card: Card): boolean {
  return JSON.stringify(textsOf(card)).length <= MOST_DRAWN;
}

async function prepareAll(cards: readonly Card[], wanted: () => boolean, onPrepared: (card: Card) => void): Promise<void> {
  const idle = () => new Promise<void>((resolve) => whenIdle(resolve));
  for (const card of cards) {
    for (const text of textsOf(card)) {
      await idle();
      if (!wanted()) return;
      // What cannot be laid out is shown as written, which needs no preparation.
      await prepareRichText(text).catch(() => undefined);
    }
    await idle();
    if (!wanted()) return;
    onPrepared(card);
  }
}

/** The assignment of the next card once its texts are laid out; `waiting` are the cards in the order they will be shown. */
export function useAhead(waiting: readonly Card[]): number | null {
  const [ready, setReady] = useState<number | null>(null);
  const next = waiting[0]?.assignment;
  useEffect(() => {
    let wanted = true;
    const onPrepared = (card: Card) => {
      if (card.assignment === next && isDrawnAhead(card)) startTransition(() => setReady(card.assignment));
    };
    void prepareAll(waiting, () => wanted, onPrepared);
    return () => {
      wanted = false;
    };
    // The cards have names, so a list made anew at every drawing is still the same cards.
  }, [waiting.map(({ assignment }) => assignment).join(" ")]);
  return ready;
}
