/** The judging page once this tab has the campaign: card, keys, history, and what is on its way. */

import { useCallback, useMemo, useRef, useState, useSyncExternalStore } from "react";

import type { Card, MyCampaign, Text } from "../../api/types";
import type { SkipReason } from "../../domain/answers";
import { shown as shownCard } from "../../domain/deck";
import * as forms from "../../domain/form";
import type { Change } from "../../domain/kinds";
import { t } from "../../i18n";
import { type Command, skipTable, tableFor } from "../../keyboard";
import { usePrepared } from "../reading/usePrepared";
import { useReading } from "../reading/useReading";
import { CardView } from "./CardView";
import { DecisionBar } from "./DecisionBar";
import { missing, scrollCard, useFlash, useSettled } from "./hand";
import { HistoryRail } from "./HistoryRail";
import { KeysContext } from "./Keys";
import { KeySheet } from "./KeySheet";
import { enterEditor } from "./kinds/Editor";
import { Lesson } from "./Lesson";
import { Questions } from "./Questions";
import type { JudgingSession } from "./session";
import { Doubt, Guidelines } from "./Sheets";
import { Counted, Sending, Supply } from "./Status";
import { NoteField, Reasons } from "./Tools";
import { useActiveTime } from "./useActiveTime";
import { keyOf, useCard } from "./useCard";
import { useJudgingKeys, useKeysOn } from "./useJudgingKeys";

type Sheet = "keys" | "guidelines" | null;

/** Everything on a card that takes time to lay out. */
function textsOf({ prompt, completions }: Card): Text[] {
  return [prompt, ...completions.flatMap(({ text, steps }) => steps ?? [text])];
}

interface Props {
  campaign: MyCampaign;
  session: JudgingSession;
}

export function Judging({ campaign, session }: Props) {
  const form = campaign.form;
  const snapshot = useSyncExternalStore(session.subscribe, session.getSnapshot);
  const showing = shownCard(snapshot.deck);
  const [card, setCard, latest] = useCard(form, showing);
  const [sheet, setSheet] = useState<Sheet>(null);
  const [flash, setFlash] = useFlash();
  const [keysOn, setKeysOn] = useKeysOn();
  const panes = useRef<HTMLDivElement>(null);
  const sign = useCallback(() => session.sign(), [session]);
  const told = snapshot.told[0] ?? null;
  const activeMs = useActiveTime(told ? null : keyOf(showing), sign);
  const settled = useSettled(told ? told.key : card.key);
  const texts = useMemo(() => showing?.card.completions.map(({ text }) => text) ?? [], [card.key]);
  const reading = useReading(card.key, texts);
  const waiting = snapshot.deck.queue.slice(1);
  usePrepared(waiting.map((one) => one.assignment).join(" "), waiting.flatMap(textsOf));

  const say = useCallback(
    (skip: SkipReason | null) => {
      const { filled, flagged, note } = latest();
      const answer = skip ? null : forms.answerOf(form, filled);
      session.say({ answer, skip, flagged }, activeMs(), note);
    },
    [form, session, activeMs, latest],
  );

  const change = useCallback(
    (said: Change) => {
      if (!settled()) return;
      if (said.do === "enter") return enterEditor();
      const { filled, shown } = latest();
      const next = forms.change(form, shown, filled, said);
      setCard({ filled: next.filled });
      if (next.submit) say(null);
    },
    [form, latest, setCard, say, settled],
  );

  const send = useCallback(
    (step: "enter" | "submit", sure = false) => {
      if (!settled()) return;
      const verdict = step === "enter" ? forms.enter(form, latest().filled, sure) : forms.submit(form, latest().filled, sure);
      if (verdict.kind === "submit") return say(null);
      if (verdict.kind === "doubt") return setCard({ doubted: true });
      setCard({ filled: verdict.filled });
      if (verdict.kind === "missing") session.notify(missing(verdict.question));
    },
    [form, latest, say, session, setCard, settled],
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
        case "no_skip":
          return setCard({ skipping: command.kind === "skip" && !latest().skipping });
        case "because":
          return say(command.reason);
        case "flag":
          return setCard({ flagged: !latest().flagged });
        case "note":
          return setCard({ noteOpen: true });
        case "undo":
          return session.undo();
        case "forward":
          return session.forward();
        case "keys":
        case "guidelines":
          return setSheet(command.kind);
        case "reading":
          return reading.obey(command.what);
        case "scroll":
          return scrollCard(panes.current, command.by, command.direction);
      }
    },
    [change, go, latest, reading, say, send, session, setCard, setFlash],
  );

  const table = useMemo(
    () => (card.skipping ? skipTable() : tableFor(form, card.shown, card.filled)),
    [form, card.skipping, card.shown, card.filled],
  );
  useJudgingKeys(keysOn, table, obey);
  const keys = useMemo(() => ({ table, obey, flash, disabled: !showing }), [table, obey, flash, showing === null]);

  const canUndo = snapshot.deck.past.some((one) => one.status !== "refused");
  return (
    <KeysContext.Provider value={keys}>
      <div className="judging">
        <div className="strip">
          <span className="strip-name">{campaign.name}</span>
          <Counted n={(campaign.answered_by_me ?? 0) + snapshot.answered} />
          <Sending snapshot={snapshot} />
          <span className="strip-end">
            <button type="button" className="button quiet-button" onClick={() => setSheet("guidelines")}>
              {t("Guidelines")} <kbd aria-hidden="true">H</kbd>
            </button>
            <button type="button" className="button quiet-button" onClick={() => setSheet("keys")}>
              {t("Keys")} <kbd aria-hidden="true">?</kbd>
            </button>
          </span>
        </div>
        <HistoryRail form={form} past={snapshot.deck.past} reopened={snapshot.deck.reopened} onReopen={(key) => session.reopen(key)} />
        <main id="main" className="judging-main" tabIndex={-1}>
          <h1 className="visually-hidden">{t("Judge: {{campaign}}", { campaign: campaign.name })}</h1>
          {showing?.past && (
            <p className="again">
              {t("Looking again at an earlier answer. A new answer replaces it.")}
              <button type="button" className="button quiet-button" onClick={() => session.forward()}>
                {t("Leave as it was")} <kbd aria-hidden="true">Esc</kbd>
              </button>
            </p>
          )}
          {showing ? (
            <CardView
              card={showing.card}
              question={campaign.question}
              form={form}
              shown={card.shown}
              filled={card.filled}
              reading={reading}
              panes={panes}
              change={change}
            />
          ) : (
            <Supply supply={snapshot.supply} because={snapshot.because} />
          )}
        </main>
        <div className="bar-dock">
          <div className="above-bar">
            {showing && card.skipping && <Reasons />}
            {showing && card.noteOpen && (
              <NoteField note={card.note} onNote={(note) => setCard({ note })} onClose={(note) => setCard({ note, noteOpen: false })} />
            )}
          </div>
          <div className="dock-head">
            {showing && <Questions form={form} filled={card.filled} onGo={go} />}
            <p className="notice" role="status">
              {snapshot.notice}
            </p>
          </div>
          <DecisionBar
            form={form}
            shown={card.shown}
            filled={card.filled}
            canUndo={canUndo}
            flagged={card.flagged}
            noted={card.note.trim() !== ""}
            skipping={card.skipping}
            change={change}
          />
        </div>
        {told && <Lesson key={told.key} told={told} form={form} onGoOn={() => session.goOn()} />}
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
