/**
 * A card in somebody's hand: what keys and buttons do to it is the same in the queue and outside it.
 *
 * What an answer leads to, and the commands that only a queue has, belong to the page.
 */

import { type RefObject, useCallback, useMemo, useRef, useState } from "react";

import { type Begun, leftOf } from "../../domain/begun";
import * as forms from "../../domain/form";
import type { Change } from "../../domain/kinds";
import { type Command, type CommonCommand, isOwn, type KeyTable, type OwnCommand } from "../../keyboard";
import { useSpoken } from "../../ui/language";
import { type Reading, useReading } from "../reading/useReading";
import { missing, scrollCard, useFlash, useSettled } from "./hand";
import type { Keys } from "./Keys";
import { enterEditor } from "./kinds/Editor";
import { useActiveTime } from "./useActiveTime";
import { type CardState, type Showing, useCard } from "./useCard";
import { useJudgingKeys, useKeysOn } from "./useJudgingKeys";

/** Callbacks keep their identity from one drawing to the next, so that cards are not drawn for nothing. */
export interface Place {
  form: forms.Form;
  showing: Showing | null;
  next: Showing | null;
  /** What an earlier page left half-said. */
  begun: readonly Begun[];
  /** Something covers the card: its clock stands, and it settles anew afterwards. */
  coveredBy: string | null;
  /** An answer is on its way, and nothing else is taken until it has arrived. */
  busy: boolean;
  onSign: () => void;
  tableOf: (card: CardState) => KeyTable;
  /** The form is whole: this is what was said. */
  onSay: (card: CardState, activeMs: number) => void;
  /** A question is still open, in words; empty when none is. */
  onMissing: (words: string) => void;
  onOwn: (command: OwnCommand, card: CardState, activeMs: () => number) => Partial<CardState> | void;
}

export type Sheet = "keys" | "guidelines" | null;

export interface Hand {
  form: forms.Form;
  showing: Showing | null;
  card: CardState;
  /** The next card as it will be when it is shown. */
  ahead: CardState;
  setCard: (part: Partial<CardState>) => void;
  reading: Reading;
  panes: RefObject<HTMLDivElement | null>;
  keys: Keys;
  keysOn: boolean;
  setKeysOn: (on: boolean) => void;
  sheet: Sheet;
  setSheet: (sheet: Sheet) => void;
  /** How long somebody has been at the card on screen. */
  activeMs: () => number;
  change: (said: Change) => void;
  send: (step: "enter" | "submit", sure?: boolean) => void;
  go: (at: number) => void;
}

export function useHand({ form, showing, next, begun, coveredBy, busy, onSign, tableOf, onSay, onMissing, onOwn }: Place): Hand {
  const { card, ahead, setCard, latest } = useCard(form, showing, next, begun);
  const [sheet, setSheet] = useState<Sheet>(null);
  const [flash, setFlash] = useFlash();
  const [keysOn, setKeysOn] = useKeysOn();
  const panes = useRef<HTMLDivElement>(null);
  const left = (showing && leftOf(begun, showing)?.active_ms) ?? 0;
  const activeMs = useActiveTime(card.key, coveredBy !== null, left, onSign);
  const settled = useSettled(coveredBy ?? card.key);
  const texts = useMemo(() => showing?.card.completions.map(({ text }) => text) ?? [], [card.key]);
  const reading = useReading(card.key, texts);

  const say = useCallback(() => onSay(latest(), activeMs()), [activeMs, latest, onSay]);

  const change = useCallback(
    (said: Change) => {
      if (!settled() || busy) return;
      if (said.do === "enter") return enterEditor();
      const after = forms.change(form, latest().shown, latest().filled, said);
      setCard({ filled: after.filled });
      if (after.submit) say();
    },
    [busy, form, latest, say, setCard, settled],
  );

  const send = useCallback(
    (step: "enter" | "submit", sure = false) => {
      if (!settled() || busy) return;
      const verdict = step === "enter" ? forms.enter(form, latest().filled, sure) : forms.submit(form, latest().filled, sure);
      if (verdict.kind === "submit") return say();
      if (verdict.kind === "doubt") return setCard({ doubted: true });
      setCard({ filled: verdict.filled });
      onMissing(verdict.kind === "missing" ? missing(verdict.question) : "");
    },
    [busy, form, latest, onMissing, say, setCard, settled],
  );

  const go = useCallback((at: number) => setCard({ filled: forms.goTo(form, latest().filled, at) }), [form, latest, setCard]);

  const common = useCallback(
    (command: CommonCommand) => {
      switch (command.kind) {
        case "change":
          return change(command.change);
        case "enter":
        case "submit":
          return send(command.kind);
        case "question":
          return go(latest().filled.at + command.by);
        case "note":
          return setCard({ noteOpen: true });
        case "keys":
        case "guidelines":
          return setSheet(command.kind);
        case "reading":
          return reading.obey(command.what);
        case "scroll":
          return scrollCard(panes.current, command.by, command.direction);
      }
    },
    [change, go, latest, reading.obey, send, setCard],
  );

  const obey = useCallback(
    (command: Command) => {
      setFlash(command);
      if (!isOwn(command)) return common(command);
      if (busy) return;
      const part = onOwn(command, latest(), activeMs);
      if (part) setCard(part);
    },
    [activeMs, busy, common, latest, onOwn, setCard, setFlash],
  );

  const table = useSpoken(() => tableOf(card), [tableOf, card.shown, card.filled, card.skipping]);
  useJudgingKeys(keysOn, table, obey);
  const disabled = busy || showing === null;
  const keys = useMemo(() => ({ table, obey, flash, disabled }), [table, obey, flash, disabled]);
  return { form, showing, card, ahead, setCard, reading, panes, keys, keysOn, setKeysOn, sheet, setSheet, activeMs, change, send, go };
}
