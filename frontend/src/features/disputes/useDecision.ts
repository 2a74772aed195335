/** Sends decisions: one key for as often as the same decision is sent, and calm words when somebody was first. */

import { useCallback, useRef, useState } from "react";

import { ApiError } from "../../api/client";
import { type Decision, gold } from "../../api/gold";
import { newKey } from "../../api/outbox";
import { keyFor, type Sent } from "../../domain/disputes";
import { refusalOf } from "../../domain/refusals";
import { t } from "../../i18n";
import type { Filled } from "../filling/Filling";

interface Deciding {
  decide: (task: number, said: Filled) => void;
  busy: boolean;
  notice: string;
  /** Decided here, or by somebody else. */
  gone: readonly number[];
  /** What was decided of this card and has not arrived. */
  saidOf: (task: number) => Filled | null;
}

/** Words for a refusal, and whether the card is out of this person's hands. */
function calmly(error: unknown): [words: string, gone: boolean] {
  const code = error instanceof ApiError ? error.code : "";
  if (code === "decided_already") return [t("Somebody else had decided that one already. Their decision stands."), true];
  if (code === "own_dispute") return [t("You answered that card yourself; somebody else decides it."), true];
  if (error instanceof ApiError && error.retryable) return [t("Your decision has not arrived. It is kept here."), false];
  const { text, english } = refusalOf(error);
  return [text ?? english ?? "", false];
}

export function useDecision(slug: string, refresh: () => Promise<unknown>, onOver: (task: number) => void): Deciding {
  const sent = useRef<Sent | null>(null);
  const [state, setState] = useState<{ busy: boolean; notice: string; gone: readonly number[]; unsent: [number, Filled] | null }>({
    busy: false,
    notice: "",
    gone: [],
    unsent: null,
  });
  const decide = useCallback(
    (task: number, said: Filled) => {
      sent.current = keyFor(sent.current, task, said.answer, said.note, newKey);
      const decision: Decision = {
        answer: said.answer,
        flagged: false,
        comment: said.note.trim(),
        active_ms: Math.round(said.activeMs),
        idempotency_key: sent.current.key,
      };
      setState((before) => ({ ...before, busy: true, notice: t("Sending…"), unsent: null }));
      const over = (notice: string, gone: boolean) => {
        setState((before) => ({
          busy: false,
          notice,
          gone: gone ? [...before.gone, task] : before.gone,
          unsent: gone ? null : [task, said],
        }));
        if (!gone) return;
        onOver(task);
        void refresh();
      };
      gold.decide(slug, task, decision).then(
        () => over(t("Decided. The dispute is over."), true),
        (error: unknown) => over(...calmly(error)),
      );
    },
    [slug, refresh, onOver],
  );
  const saidOf = (task: number) => (state.unsent?.[0] === task ? state.unsent[1] : null);
  return { decide, busy: state.busy, notice: state.notice, gone: state.gone, saidOf };
}
