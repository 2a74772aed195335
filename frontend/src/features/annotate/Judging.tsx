/** The judging page once this tab has the campaign: card, keys, history, and what is on its way. */

import { useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";

import type { MyCampaign } from "../../api/types";
import type { Decision } from "../../domain/answers";
import { shown } from "../../domain/deck";
import { plural } from "../../domain/format";
import type { Command } from "../../keyboard";
import { Content } from "../../ui/Content";
import { Dialog } from "../../ui/parts";
import { CardView } from "./CardView";
import { DecisionBar } from "./DecisionBar";
import { HistoryRail } from "./HistoryRail";
import { KeySheet } from "./KeySheet";
import type { JudgingSession, Snapshot } from "./session";
import { useActiveTime } from "./useActiveTime";
import { useJudgingKeys, useKeysOn } from "./useJudgingKeys";

/** A key pressed for the last card must not judge the next one. */
const SETTLE_MS = 150;
const FLASH_MS = 220;
const LINE_PX = 72;

type Sheet = "keys" | "guidelines" | null;

function Supply({ supply }: { supply: Snapshot["supply"] }) {
  const words = {
    loading: ["Dealing cards…", ""],
    ready: ["Dealing cards…", ""],
    empty: ["Nothing to judge right now", "New cards appear here by themselves. You can leave this page open."],
    unreachable: ["The server cannot be reached", "Your answers are kept on this device and sent as soon as it answers again."],
    signed_out: ["You are signed out", "Your answers are kept on this device. Reload the page to sign in and go on."],
    closed: ["This campaign is not asking any more", "Thank you. Everything you said has been kept."],
  }[supply];
  return (
    <div className="supply" role="status">
      <p className="supply-title">{words[0]}</p>
      <p className="quiet">{words[1]}</p>
    </div>
  );
}

function Sending({ snapshot }: { snapshot: Snapshot }) {
  if (snapshot.unsent === 0) return null;
  const why = { no: "", unreachable: ", waiting for the server", signed_out: ", sign in again to send" }[snapshot.sending];
  const calm = snapshot.sending === "no" ? "unsent" : "unsent is-waiting";
  return (
    <span className={calm}>
      {snapshot.unsent} unsent{why}
    </span>
  );
}

function useFlash(): [Decision | null, (said: Decision) => void] {
  const [flash, setFlash] = useState<Decision | null>(null);
  useEffect(() => {
    if (!flash) return;
    const id = setTimeout(() => setFlash(null), FLASH_MS);
    return () => clearTimeout(id);
  }, [flash]);
  return [flash, setFlash];
}

interface Props {
  campaign: MyCampaign;
  session: JudgingSession;
}

export function Judging({ campaign, session }: Props) {
  const snapshot = useSyncExternalStore(session.subscribe, session.getSnapshot);
  const showing = shown(snapshot.deck);
  const showingKey = showing ? (showing.past?.key ?? `card-${showing.card.assignment}`) : null;
  const [sheet, setSheet] = useState<Sheet>(null);
  const [unfolded, setUnfolded] = useState(false);
  const [note, setNote] = useState("");
  const [noteOpen, setNoteOpen] = useState(false);
  const [flash, setFlash] = useFlash();
  const [keysOn, setKeysOn] = useKeysOn();
  const shownAt = useRef(Infinity);
  const panes = useRef<HTMLDivElement>(null);
  const sign = useCallback(() => session.sign(), [session]);
  const activeMs = useActiveTime(showingKey, sign);

  useLayoutEffect(() => {
    shownAt.current = Infinity;
    const comment = shown(session.getSnapshot().deck)?.past?.comment ?? "";
    setNote(comment);
    setNoteOpen(comment !== "");
    const frame = requestAnimationFrame(() => (shownAt.current = performance.now()));
    return () => cancelAnimationFrame(frame);
  }, [showingKey, session]);

  const decide = useCallback(
    (said: Decision) => {
      if (performance.now() - shownAt.current < SETTLE_MS) return;
      setFlash(said);
      session.decide(said, activeMs(), note);
    },
    [session, activeMs, note, setFlash],
  );

  const scroll = useCallback((by: "line" | "page", direction: 1 | -1) => {
    const boxes = [...(panes.current?.querySelectorAll<HTMLElement>(".pane-box") ?? [])];
    const scrollable = boxes.filter((box) => box.scrollHeight > box.clientHeight + 2);
    const targets = scrollable.length > 0 ? scrollable : [document.querySelector<HTMLElement>("main")];
    for (const box of targets) box?.scrollBy({ top: direction * (by === "line" ? LINE_PX : box.clientHeight * 0.85) });
  }, []);

  const obey = useCallback(
    (command: Command) => {
      switch (command.kind) {
        case "decide":
          return decide(command.said);
        case "undo":
          return session.undo();
        case "forward":
          return session.forward();
        case "keys":
        case "guidelines":
          return setSheet(command.kind);
        case "more":
          return setUnfolded((before) => !before);
        case "note":
          return setNoteOpen(true);
        case "scroll":
          return scroll(command.by, command.direction);
      }
    },
    [decide, scroll, session],
  );
  useJudgingKeys(keysOn, obey);

  const canUndo = snapshot.deck.past.some((one) => one.status !== "refused");
  return (
    <div className="judging">
      <div className="strip">
        <span className="strip-name">{campaign.name}</span>
        <span className="quiet">{plural((campaign.answered_by_me ?? 0) + snapshot.answered, "answer")}</span>
        <Sending snapshot={snapshot} />
        <span className="strip-end">
          <button type="button" className="button quiet-button" onClick={() => setSheet("guidelines")}>
            Guidelines <kbd aria-hidden="true">H</kbd>
          </button>
          <button type="button" className="button quiet-button" onClick={() => setSheet("keys")}>
            Keys <kbd aria-hidden="true">?</kbd>
          </button>
        </span>
      </div>
      <HistoryRail past={snapshot.deck.past} reopened={snapshot.deck.reopened} onReopen={(key) => session.reopen(key)} />
      <main id="main" className="judging-main" tabIndex={-1}>
        <h1 className="visually-hidden">Judge: {campaign.name}</h1>
        {showing?.past && (
          <p className="again">
            Looking again at an earlier answer. A new answer replaces it.
            <button type="button" className="button quiet-button" onClick={() => session.forward()}>
              Leave as it was <kbd aria-hidden="true">Esc</kbd>
            </button>
          </p>
        )}
        {showing ? (
          <CardView card={showing.card} unfolded={unfolded} onUnfold={() => setUnfolded(!unfolded)} panes={panes} />
        ) : (
          <Supply supply={snapshot.supply} />
        )}
      </main>
      <div className="bar-dock">
        <p className="notice" role="status">
          {snapshot.notice}
        </p>
        {showing && noteOpen && (
          <input
            className="note"
            aria-label="Note for this card"
            placeholder="A note for this card. Enter returns to the keys."
            autoFocus={note === ""}
            value={note}
            maxLength={2000}
            onChange={(event) => setNote(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") setNote("");
              if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
              if (event.key === "Escape") setNoteOpen(false);
            }}
          />
        )}
        <DecisionBar
          chosen={showing?.past ?? null}
          flash={flash}
          canUndo={canUndo}
          disabled={!showing}
          onDecide={decide}
          onUndo={() => session.undo()}
        />
      </div>
      {sheet === "keys" && <KeySheet keysOn={keysOn} onKeysOn={setKeysOn} onClose={() => setSheet(null)} />}
      {sheet === "guidelines" && (
        <Dialog title="Guidelines" onClose={() => setSheet(null)}>
          <p className="question">{campaign.question}</p>
          {campaign.guidelines ? <Content text={campaign.guidelines} /> : <p className="quiet">None were written for this campaign.</p>}
        </Dialog>
      )}
    </div>
  );
}
