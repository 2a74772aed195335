/** The signed-in person's outbox: unsent answers go out from whatever page is open, not only from the judging page. */

import type { Entry, Outcome } from "../domain/outbox";
import { Outbox } from "../domain/outbox";
import { lessonOf } from "../domain/told";
import { ApiError, api, NOT_IN_ITS_FORM } from "./client";
import { keptHere } from "./keptHere";
import { lessons } from "./lessons";

async function deliver(entry: Entry): Promise<Outcome> {
  try {
    const { annotation, feedback } = entry.revises
      ? await api.revise(entry.user, entry.revises.annotation ?? 0, entry.body)
      : await api.answer(entry.user, entry.assignment, { ...entry.body, lease_number: entry.lease_number });
    // Before the answer leaves this device: whatever happens in between, what it taught is told.
    if (feedback) await lessons.keep(lessonOf(entry, feedback));
    return { kind: "taken", annotation, feedback };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) return { kind: "signed_out" };
    // Only the server's own words end an answer; a proxy that knows no such page is waited out.
    if (error.retryable || error.code === NOT_IN_ITS_FORM) return { kind: "later" };
    return { kind: "refused", code: error.code, message: error.message };
  }
}

const timer = {
  after(ms: number, then: () => void) {
    const id = setTimeout(then, ms);
    return () => clearTimeout(id);
  },
};

let current: { user: number; outbox: Outbox } | null = null;

export function outboxOf(user: number): Outbox {
  if (current?.user === user) return current.outbox;
  current?.outbox.stop();
  const outbox = new Outbox(user, keptHere("unsent", "tiebreak"), deliver, timer);
  current = { user, outbox };
  window.addEventListener("online", () => outbox.nudge());
  void outbox.restore();
  return outbox;
}

/** `crypto.randomUUID` exists on secure origins only, and a team's first server is often plain http. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
