/**
 * How the texts of a card are being read: one state for all panes, so that no completion is shown better than another.
 *
 * Length, reasoning, layout and scrolling stay as the reader left them; a comparison ends with its card.
 */

import { useCallback, useMemo, useState } from "react";

import type { Text } from "../../api/types";
import { reasoningLength } from "../../domain/reading/turns";

export type ReadingCommand = "more" | "reasoning" | "as_written" | "compare" | "together";

export interface Reading {
  unfolded: boolean;
  /** What the reader chose for reasoning; null: as its length suggests. */
  wanted: boolean | null;
  /** Whether any completion of this card has reasoning, and whether all of it is shown. */
  hasReasoning: boolean;
  reasoningOpen: boolean;
  asWritten: boolean;
  comparing: boolean;
  /** Every other completion is compared with the one in this place. */
  base: number;
  together: boolean;
  compareWith: (base: number) => void;
  obey: (command: ReadingCommand) => void;
}

const KEPT = "tiebreak.together";
/** Reasoning this short is no burden, so it is shown at once: for all panes or for none. */
const SHORT_REASONING = 400;

function kept(): boolean {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true;
  }
}

function keep(on: boolean): void {
  try {
    localStorage.setItem(KEPT, on ? "on" : "off");
  } catch {
    // Without storage the choice lasts until the page is closed.
  }
}

function longestReasoning(texts: Text[]): number {
  return Math.max(0, ...texts.map(reasoningLength));
}

export function useReading(card: string | number | null, texts: Text[]): Reading {
  const [unfolded, setUnfolded] = useState(false);
  const [wanted, setWanted] = useState<boolean | null>(null);
  const [asWritten, setAsWritten] = useState(false);
  const [compared, setCompared] = useState<{ card: string | number | null; base: number } | null>(null);
  const [together, setTogether] = useState(kept);
  // Texts are named by their card: a list made anew at every drawing is still the same texts.
  const longest = useMemo(() => longestReasoning(texts), [card]);
  const reasoningOpen = wanted ?? longest <= SHORT_REASONING;
  const comparing = compared !== null && compared.card === card && texts.length > 1;
  const compareWith = useCallback((base: number) => setCompared({ card, base }), [card]);
  const obey = useCallback(
    (command: ReadingCommand) => {
      switch (command) {
        case "more":
          return setUnfolded((before) => !before);
        case "reasoning":
          return setWanted(!reasoningOpen);
        case "as_written":
          return setAsWritten((before) => !before);
        case "compare":
          return setCompared((before) => (before?.card === card ? null : { card, base: 0 }));
        case "together":
          keep(!together);
          return setTogether(!together);
      }
    },
    [card, reasoningOpen, together],
  );
  const base = comparing ? compared.base : 0;
  const hasReasoning = longest > 0;
  return useMemo(
    () => ({ unfolded, wanted, hasReasoning, reasoningOpen, asWritten, comparing, base, together, compareWith, obey }),
    [unfolded, wanted, hasReasoning, reasoningOpen, asWritten, comparing, base, together, compareWith, obey],
  );
}

/** How another card will be read if it is shown next. */
export function readingOf(reading: Reading, texts: Text[]): Reading {
  const longest = longestReasoning(texts);
  const reasoningOpen = reading.wanted ?? longest <= SHORT_REASONING;
  return { ...reading, hasReasoning: longest > 0, reasoningOpen, comparing: false, base: 0 };
}
