/** The half-said card of each person and campaign, in this browser. Of what changes while it is written, the last is written. */

import { type Begun, keyOfBegun } from "../domain/begun";
import { keptHere } from "./keptHere";

const kept = keptHere<Begun>("begun", "tiebreak-begun");
const latest = new Map<string, Begun>();
let writing = false;

async function write(): Promise<void> {
  writing = true;
  for (const [key, one] of latest) {
    latest.delete(key);
    await kept.put(one).catch(() => undefined);
  }
  writing = false;
}

/** A browser without storage still judges; it only forgets on reload. */
export const begun = {
  keep(one: Begun): void {
    latest.set(one.key, one);
    if (!writing) void write();
  },
  of: async (user: number, campaign: string): Promise<Begun | null> => {
    const all = await kept.all().catch(() => []);
    return all.find(({ key }) => key === keyOfBegun(user, campaign)) ?? null;
  },
  /** Whoever signs out leaves nothing half-said on a device that others may use. */
  forget: async (user: number): Promise<void> => {
    const all = await kept.all().catch(() => []);
    await Promise.all(all.filter((one) => one.user === user).map(({ key }) => kept.delete(key))).catch(() => undefined);
  },
};
