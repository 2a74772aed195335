/** One card before somebody who answers it outside the queue: the same panes, form and keys as where people judge. */

import "../../styles/kinds.css";
import "../../styles/gold.css";

import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";

import type { Card, MyCampaign } from "../../api/types";
import { type Begun, type HalfSaid, isUntouched } from "../../domain/begun";
import * as forms from "../../domain/form";
import { row } from "../../domain/kinds/kind";
import { t } from "../../i18n";
import { type Command, type KeyTable, type OwnCommand, tableFor } from "../../keyboard";
import { Cards } from "../annotate/Cards";
import { Middle } from "../annotate/DecisionBar";
import { Choice, KeysContext } from "../annotate/Keys";
import { Questions } from "../annotate/Questions";
import { SheetButtons, Sheets } from "../annotate/Sheets";
import { NoteField } from "../annotate/Tools";
import { before, type CardState } from "../annotate/useCard";
import { useHand } from "../annotate/useHand";
import { useKeeping } from "../annotate/useKeeping";

export interface Filled {
  answer: forms.Answer;
  note: string;
  activeMs: number;
}

interface Props {
  title: string;
  campaign: MyCampaign;
  card: Card;
  /** What an earlier page left half-said of it. */
  begun: Begun | null;
  /** What is said of it so far; null when that is nothing. */
  onBegun: (said: HalfSaid | null) => void;
  /** On the right of the strip. */
  tools?: ReactNode;
  /** Before the card. */
  above?: ReactNode;
  notice: ReactNode;
  busy: boolean;
  withNote: boolean;
  /** What passing this card on is called, and what it does. */
  pass: string;
  onPass: () => void;
  onSay: (said: Filled) => void;
}

const NOT_HERE: ReadonlySet<Command["kind"]> = new Set(["undo", "forward", "flag", "skip"]);
const nothing = () => undefined;

/** The keys of judging, without what belongs to a queue; passing on has the keys that skip there. */
function tableHere(table: KeyTable, withNote: boolean, pass: string): KeyTable {
  const passing = row<Command>(pass, ["Space", "s"], { kind: "skip" });
  return table.map(({ title, rows }) => {
    const skips = rows.some(({ change }) => change.kind === "skip");
    const kept = rows.filter(({ change }) => !NOT_HERE.has(change.kind) && (withNote || change.kind !== "note"));
    return { title, rows: skips ? [passing, ...kept] : kept };
  });
}

export function Filling({ title, campaign, card: asked, begun, onBegun, tools, above, notice, busy, withNote, pass, onPass, onSay }: Props) {
  const form = campaign.form;
  const [open, setOpen] = useState("");
  const showing = useMemo(() => ({ card: asked, past: null }), [asked]);
  const hand = useHand({
    form,
    showing,
    next: null,
    begun: useMemo(() => (begun ? [begun] : []), [begun]),
    coveredBy: null,
    busy,
    onSign: nothing,
    tableOf: useCallback(
      (card: CardState) => tableHere(tableFor(form, card.shown, card.filled), withNote, pass),
      [form, withNote, pass],
    ),
    onSay: useCallback(
      ({ filled, note }: CardState, activeMs: number) => {
        setOpen("");
        onSay({ answer: forms.answerOf(form, filled), note, activeMs });
      },
      [form, onSay],
    ),
    onMissing: setOpen,
    onOwn: useCallback((command: OwnCommand) => (command.kind === "skip" ? onPass() : undefined), [onPass]),
  });
  const { card, setCard, activeMs, change, go } = hand;
  const keep = useCallback(
    () => onBegun(isUntouched(card, before(form, showing)) ? null : { ...card, active_ms: activeMs() }),
    [card, form, onBegun, showing, activeMs],
  );
  useKeeping(keep, activeMs);
  useEffect(() => {
    document.title = `${title} · Tiebreak`;
  }, [title]);

  return (
    <KeysContext.Provider value={hand.keys}>
      <div className="judging filling">
        <section className="strip" aria-label={t("Where you are")}>
          <span className="strip-name">{campaign.name}</span>
          <span className="strip-end">
            {tools}
            <SheetButtons hand={hand} />
          </span>
        </section>
        <main id="main" className="judging-main" tabIndex={-1}>
          <h1 className="filling-title">{title}</h1>
          {above}
          <Cards hand={hand} question={campaign.question} />
        </main>
        <section className="bar-dock" aria-label={t("What you say")}>
          <div className="above-bar">
            {card.noteOpen && (
              <NoteField note={card.note} onNote={(note) => setCard({ note })} onClose={(note) => setCard({ note, noteOpen: false })} />
            )}
          </div>
          <div className="dock-head">
            <Questions form={form} filled={card.filled} onGo={go} />
            <div className="notice" role="status">
              {open || notice}
            </div>
          </div>
          <div className={`bar ${form.length > 1 ? "bar-of-several" : ""}`} role="group" aria-label={t("Your judgement")}>
            <div className="bar-tools">
              {withNote && (
                <Choice command={{ kind: "note" }} className="tone-plain" pressed={card.note.trim() !== ""}>
                  {t("Note")}
                </Choice>
              )}
            </div>
            <Middle form={form} shown={card.shown} filled={card.filled} change={change} />
            <div className="bar-tools">
              <Choice command={{ kind: "skip" }} className="tone-plain">
                {pass}
              </Choice>
            </div>
          </div>
        </section>
        <Sheets hand={hand} campaign={campaign} />
      </div>
    </KeysContext.Provider>
  );
}
