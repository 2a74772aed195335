/** What somebody who signs out leaves on this device: what can still be sent is sent first. */

import type { Begun } from "../domain/begun";
import { begun } from "./begun";
import { ApiError, api } from "./client";
import { outboxOf } from "./outbox";
import { ANOTHER } from "./person";

export interface Left {
  /** Answers that were given and did not arrive: they wait on the device for who gave them. */
  unsent: number;
  /** What was begun and not said to its end: nothing of it is left on a device that others may use. */
  begun: readonly Begun[];
}

/** Nobody waits longer for answers that are on their way. */
const SEND_MS = 5_000;

export async function leftBy(user: number): Promise<Left> {
  const outbox = outboxOf(user);
  await outbox.tried(SEND_MS);
  return { unsent: outbox.unsent().length, begun: await begun.allOf(user) };
}

/** Nothing half-said goes before the server has ended the sign-in: who cannot leave loses nothing by trying. */
export async function leave(user: number): Promise<void> {
  // Where somebody else has signed in since, this person is signed out already, and they stay in.
  await api.signOut().catch((error: unknown) => {
    if (!(error instanceof ApiError && error.code === ANOTHER)) throw error;
  });
  await begun.forget(user);
}
