/**
 * The completions of one card side by side: equal heights, one fold, one way of reading, scrolling together.
 *
 * They are named A, B, C by place; who wrote which is not known here.
 */

import "../../styles/reading.css";

import { type ReactNode, type RefObject, useCallback, useEffect, useMemo, useRef } from "react";

import type { Text } from "../../api/types";
import { letter } from "../../domain/kinds/kind";
import { readNotes } from "../../domain/reading/notes";
import { wordsOf } from "../../domain/reading/turns";
import { t } from "../../i18n";
import { type Against, CompletionPane, preloadDifferences } from "./CompletionPane";
import { ReadingBar } from "./ReadingBar";
import { Reference } from "./Reference";
import { useOverflow } from "./useOverflow";
import { useTogether } from "./useTogether";
import type { Reading } from "./useReading";

interface Props {
  completions: { text: Text }[];
  reading: Reading;
  /** What the card's `notes` carry: a reference answer, evidence beside the completions. */
  notes?: unknown;
  boxes?: RefObject<HTMLDivElement | null>;
  /** In place of the text at this place; undefined for the text itself. */
  body?: (place: number) => ReactNode;
  under?: (place: number) => ReactNode;
  chosen?: number[];
}

/** Whom each place is compared with: the base, and the base itself with the first of the others. */
function usePartners(completions: { text: Text }[], reading: Reading): (Against | null)[] {
  const { comparing, base, reasoningOpen } = reading;
  return useMemo(() => {
    if (!comparing) return completions.map(() => null);
    const words = completions.map(({ text }) => wordsOf(text, reasoningOpen));
    return words.map((own, place) => {
      const partner = place === base ? (words.length === 2 ? 1 - base : null) : base;
      return partner === null ? null : { own, other: words[partner] ?? "", otherName: letter(partner) };
    });
  }, [completions, comparing, base, reasoningOpen]);
}

function FoldAll({ reading, count }: { reading: Reading; count: number }) {
  const label = reading.unfolded
    ? { 1: t("Fold the answer"), 2: t("Fold both answers") }[count] ?? t("Fold all answers")
    : { 1: t("Show all of the answer"), 2: t("Show all of both answers") }[count] ?? t("Show all of every answer");
  return (
    <button type="button" className="button quiet-button fold" aria-expanded={reading.unfolded} onClick={() => reading.obey("more")}>
      {label} <kbd aria-hidden="true">M</kbd>
    </button>
  );
}

export function Panes({ completions, reading, notes, boxes, body, under, chosen = [] }: Props) {
  const own = useRef<HTMLDivElement>(null);
  const container = boxes ?? own;
  const { unfolded, reasoningOpen, asWritten, comparing, base, together, obey } = reading;
  const { reference, evidence } = useMemo(() => readNotes(notes), [notes]);
  const overflows = useOverflow(container, ".pane-box", [completions, unfolded, reasoningOpen, asWritten, comparing, base]);
  const follow = useTogether(container, together);
  const partners = usePartners(completions, reading);
  const onToggle = useCallback(() => obey("reasoning"), [obey]);
  const reasoning = useMemo(() => ({ open: reasoningOpen, onToggle }), [reasoningOpen, onToggle]);
  const names = completions.map((_, place) => letter(place));
  useEffect(preloadDifferences, []);
  return (
    <>
      {reference !== null && <Reference text={reference} asWritten={asWritten} />}
      <ReadingBar reading={reading} names={names} textShown={!body} />
      <div ref={container} className={`panes panes-${completions.length} ${unfolded ? "is-unfolded" : ""}`}>
        {completions.map(({ text }, place) => (
          <CompletionPane
            key={place}
            name={letter(place)}
            text={text}
            reasoning={reasoning}
            asWritten={asWritten}
            evidence={evidence[place] ?? []}
            against={partners[place] ?? null}
            chosen={chosen.includes(place)}
            body={body?.(place)}
            under={under?.(place)}
            onScroll={follow}
          />
        ))}
      </div>
      {(overflows || unfolded) && <FoldAll reading={reading} count={completions.length} />}
    </>
  );
}
