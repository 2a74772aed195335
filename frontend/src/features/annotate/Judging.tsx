/** The judging page once this tab has the campaign: card, keys, history, and what is on its way. */

import { useCallback, useSyncExternalStore } from "react";

import type { MyCampaign } from "../../api/types";
import type { SkipReason } from "../../domain/answers";
import { behind, shown as shownCard } from "../../domain/deck";
import * as forms from "../../domain/form";
import { t } from "../../i18n";
import { type OwnCommand, skipTable, tableFor } from "../../keyboard";
import { Cards } from "./Cards";
import { DecisionBar } from "./DecisionBar";
import { HistoryRail } from "./HistoryRail";
import { KeysContext } from "./Keys";
import { Lesson } from "./Lesson";
import { Questions } from "./Questions";
import type { JudgingSession, Snapshot } from "./session";
import { SheetButtons, Sheets } from "./Sheets";
import { Counted, NextCard, Sending, Supply } from "./Status";
import { NoteField, Reasons } from "./Tools";
import { useAhead } from "./useAhead";
import { before, type CardState, type Showing } from "./useCard";
import { useHand } from "./useHand";
import { useKeeping } from "./useKeeping";

/** The card that may be drawn behind the one on screen: prepared, or just left for a look at an earlier answer. */
function useNext({ deck }: Snapshot): Showing | null {
  const next = behind(deck);
  const ahead = useAhead(next ? deck.queue.slice(deck.queue.indexOf(next)) : []);
  return next && (deck.reopened !== null || ahead === next.assignment) ? { card: next, past: null } : null;
}

interface Props {
  campaign: MyCampaign;
  session: JudgingSession;
}

export function Judging({ campaign, session }: Props) {
  const form = campaign.form;
  const snapshot = useSyncExternalStore(session.subscribe, session.getSnapshot);
  const showing = shownCard(snapshot.deck);
  const next = useNext(snapshot);
  const told = snapshot.told[0] ?? null;

  const say = useCallback(
    ({ filled, flagged, note }: CardState, activeMs: number, skip: SkipReason | null = null) =>
      session.say({ answer: skip ? null : forms.answerOf(form, filled), skip, flagged }, activeMs, note),
    [form, session],
  );
  const onOwn = useCallback(
    (command: OwnCommand, card: CardState, activeMs: () => number) => {
      switch (command.kind) {
        case "skip":
        case "no_skip":
          return { skipping: command.kind === "skip" && !card.skipping };
        case "because":
          return say(card, activeMs(), command.reason);
        case "flag":
          return { flagged: !card.flagged };
        case "undo":
          return session.undo();
        case "forward":
          return session.forward();
      }
    },
    [say, session],
  );
  const hand = useHand({
    form,
    showing,
    next,
    begun: snapshot.begun,
    coveredBy: told?.key ?? null,
    busy: false,
    onSign: useCallback(() => session.sign(), [session]),
    tableOf: useCallback((card: CardState) => (card.skipping ? skipTable() : tableFor(form, card.shown, card.filled)), [form]),
    onSay: say,
    onMissing: useCallback((words: string) => words && session.notify(words), [session]),
    onOwn,
  });
  const { card, setCard, activeMs, change, go } = hand;
  const reopen = useCallback((key: string) => session.reopen(key), [session]);
  const keep = useCallback(() => {
    if (showing) session.keep(showing, { ...card, active_ms: activeMs() }, before(form, showing));
    // The hand is kept with it: cards that came in the meantime lie in it after a reload as they do now.
  }, [session, form, showing?.card, showing?.past, card, activeMs, snapshot.deck.queue]);
  useKeeping(keep, activeMs);

  const canUndo = snapshot.deck.past.some((one) => one.status !== "refused");
  return (
    <KeysContext.Provider value={hand.keys}>
      <div className="judging">
        <section className="strip" aria-label={t("Where you are")}>
          <span className="strip-name">{campaign.name}</span>
          <Counted n={(campaign.answered_by_me ?? 0) + snapshot.answered} />
          <Sending snapshot={snapshot} />
          <span className="strip-end">
            <SheetButtons hand={hand} />
          </span>
        </section>
        <HistoryRail form={form} past={snapshot.deck.past} reopened={snapshot.deck.reopened} onReopen={reopen} />
        <main id="main" className="judging-main" tabIndex={-1}>
          <h1 className="visually-hidden">{t("Judge: {{campaign}}", { campaign: campaign.name })}</h1>
          <NextCard card={showing?.card ?? null} />
          {showing?.past && (
            <p className="again">
              {t("Looking again at an earlier answer. A new answer replaces it.")}
              <button type="button" className="button quiet-button" onClick={() => session.forward()}>
                {t("Leave as it was")} <kbd aria-hidden="true">Esc</kbd>
              </button>
            </p>
          )}
          {showing ? (
            <Cards hand={hand} question={campaign.question} next={next} />
          ) : (
            <Supply supply={snapshot.supply} because={snapshot.because} />
          )}
        </main>
        <section className="bar-dock" aria-label={t("What you say")}>
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
        </section>
        {told && <Lesson key={told.key} told={told} form={form} onGoOn={() => session.goOn()} />}
        <Sheets hand={hand} campaign={campaign} />
      </div>
    </KeysContext.Provider>
  );
}
