/** One card before somebody who answers it outside the queue: the same panes, form and keys as where people judge. */

import "../../styles/kinds.css";
import "../../styles/gold.css";

import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";

import type { Card, MyCampaign } from "../../api/types";
import * as forms from "../../domain/form";
import type { Change } from "../../domain/kinds";
import { row } from "../../domain/kinds/kind";
import { t } from "../../i18n";
import { type Command, type KeyTable, tableFor } from "../../keyboard";
import { CardView } from "../annotate/CardView";
import { Middle } from "../annotate/DecisionBar";
import { missing, scrollCard, useFlash, useSettled } from "../annotate/hand";
import { Choice, KeysContext } from "../annotate/Keys";
import { KeySheet } from "../annotate/KeySheet";
import { enterEditor } from "../annotate/kinds/Editor";
import { Questions } from "../annotate/Questions";
import { Doubt, Guidelines } from "../annotate/Sheets";
import { NoteField } from "../annotate/Tools";
import { useActiveTime } from "../annotate/useActiveTime";
import { useCard } from "../annotate/useCard";
import { useJudgingKeys, useKeysOn } from "../annotate/useJudgingKeys";
import { useReading } from "../reading/useReading";

export interface Filled {
  answer: forms.Answer;
  note: string;
  activeMs: number;
}

interface Props {
  title: string;
  campaign: MyCampaign;
  card: Card;
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

export function Filling({ title, campaign, card: asked, tools, above, notice, busy, withNote, pass, onPass, onSay }: Props) {
  const form = campaign.form;
  const showing = useMemo(() => ({ card: asked, past: null }), [asked]);
  const [card, setCard, latest] = useCard(form, showing);
  const [sheet, setSheet] = useState<"keys" | "guidelines" | null>(null);
  const [open, setOpen] = useState("");
  const [flash, setFlash] = useFlash();
  const [keysOn, setKeysOn] = useKeysOn();
  const panes = useRef<HTMLDivElement>(null);
  const activeMs = useActiveTime(card.key, nothing);
  const settled = useSettled(card.key);
  const texts = useMemo(() => asked.completions.map(({ text }) => text), [asked]);
  const reading = useReading(card.key, texts);

  const say = useCallback(() => {
    setOpen("");
    onSay({ answer: forms.answerOf(form, latest().filled), note: latest().note, activeMs: activeMs() });
  }, [form, latest, activeMs, onSay]);

  const change = useCallback(
    (said: Change) => {
      if (!settled() || busy) return;
      if (said.do === "enter") return enterEditor();
      const next = forms.change(form, latest().shown, latest().filled, said);
      setCard({ filled: next.filled });
      if (next.submit) say();
    },
    [busy, form, latest, setCard, say, settled],
  );

  const send = useCallback(
    (step: "enter" | "submit", sure = false) => {
      if (!settled() || busy) return;
      const verdict = step === "enter" ? forms.enter(form, latest().filled, sure) : forms.submit(form, latest().filled, sure);
      if (verdict.kind === "submit") return say();
      if (verdict.kind === "doubt") return setCard({ doubted: true });
      setCard({ filled: verdict.filled });
      setOpen(verdict.kind === "missing" ? missing(verdict.question) : "");
    },
    [busy, form, latest, say, setCard, settled],
  );

  const go = useCallback((at: number) => setCard({ filled: forms.goTo(form, latest().filled, at) }), [form, latest, setCard]);

  const obey = useCallback(
    (command: Command) => {
      setFlash(command);
      switch (command.kind) {
        case "change":
          return change(command.change);
        case "enter":
        case "submit":
          return send(command.kind);
        case "question":
          return go(latest().filled.at + command.by);
        case "skip":
          return busy ? undefined : onPass();
        case "note":
          return setCard({ noteOpen: true });
        case "keys":
        case "guidelines":
          return setSheet(command.kind);
        case "reading":
          return reading.obey(command.what);
        case "scroll":
          return scrollCard(panes.current, command.by, command.direction);
        default:
          return;
      }
    },
    [busy, change, go, latest, onPass, reading, send, setCard, setFlash],
  );

  const table = useMemo(
    () => tableHere(tableFor(form, card.shown, card.filled), withNote, pass),
    [form, card.shown, card.filled, withNote, pass],
  );
  useJudgingKeys(keysOn, table, obey);
  const keys = useMemo(() => ({ table, obey, flash, disabled: busy }), [table, obey, flash, busy]);

  return (
    <KeysContext.Provider value={keys}>
      <div className="judging filling">
        <div className="strip">
          <span className="strip-name">{campaign.name}</span>
          <span className="strip-end">
            {tools}
            <button type="button" className="button quiet-button" onClick={() => setSheet("guidelines")}>
              {t("Guidelines")} <kbd aria-hidden="true">H</kbd>
            </button>
            <button type="button" className="button quiet-button" onClick={() => setSheet("keys")}>
              {t("Keys")} <kbd aria-hidden="true">?</kbd>
            </button>
          </span>
        </div>
        <main id="main" className="judging-main" tabIndex={-1}>
          <h1 className="filling-title">{title}</h1>
          {above}
          <CardView
            card={asked}
            question={campaign.question}
            form={form}
            shown={card.shown}
            filled={card.filled}
            reading={reading}
            panes={panes}
            change={change}
          />
        </main>
        <div className="bar-dock">
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
        </div>
        {sheet === "keys" && <KeySheet table={table} keysOn={keysOn} onKeysOn={setKeysOn} onClose={() => setSheet(null)} />}
        {sheet === "guidelines" && <Guidelines campaign={campaign} form={form} onClose={() => setSheet(null)} />}
        {card.doubted && (
          <Doubt
            ranking={form[card.filled.at]?.kind === "ranking"}
            onSend={() => {
              setCard({ doubted: false });
              send("submit", true);
            }}
            onClose={() => setCard({ doubted: false })}
          />
        )}
      </div>
    </KeysContext.Provider>
  );
}
