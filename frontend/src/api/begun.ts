/** What each person has half-said in each campaign, in this browser. Of what changes while it is written, the last is written. */

import type { Begun } from "../domain/begun";
import { keptHere } from "./keptHere";

const kept = keptHere<Begun>("begun", "tiebreak-begun");
/** What is to be written; null is to be forgotten. */
const latest = new Map<string, Begun | null>();
let writing = false;
/** Who has left: what a page of theirs that is about to go would still keep is not kept. */
let gone: number | null = null;
/** What was made of half-said words and is not stored yet; until it is, the words stay as they are. */
let making: Promise<void> | null = null;

async function write(): Promise<void> {
  writing = true;
  for (const key of latest.keys()) {
    while (making) await making;
    const one = latest.get(key) ?? null;
    latest.delete(key);
    await (one ? kept.put(one) : kept.delete(key)).catch(() => undefined);
  }
  writing = false;
}

function set(key: string, one: Begun | null): void {
  latest.set(key, one);
  if (!writing) void write();
}

/** What is kept by its key, as it will be when all is written. */
async function everything(): Promise<Map<string, Begun>> {
  const all = await kept.all().catch(() => []);
  const here = new Map(all.map((one) => [one.key, one]));
  for (const [key, one] of latest) {
    if (one === null) here.delete(key);
    else here.set(key, one);
  }
  return here;
}

/** A browser without storage still judges; it only forgets on reload. */
export const begun = {
  keep: (one: Begun): void => {
    if (one.user !== gone) set(one.key, one);
  },
  /** What is kept or dropped from now on is written when this is done: a page may die at any moment in between. */
  after: (stored: Promise<void>): void => {
    const made = stored.then(() => {
      if (making === made) making = null;
    });
    making = made;
  },
  /** It was sent, or is not meant any more. */
  drop: (key: string): void => set(key, null),
  /** By their keys. Whoever asks is here (again). */
  of: async (user: number, campaign: string): Promise<ReadonlyMap<string, Begun>> => {
    if (gone === user) gone = null;
    const here = await everything();
    return new Map([...here].filter(([, one]) => one.user === user && one.campaign === campaign));
  },
  /** What this person said half of, in whatever campaign and tab; a card that was only looked at is none of it. */
  allOf: async (user: number): Promise<Begun[]> => [...(await everything()).values()].filter((one) => one.user === user && one.blank !== true),
  /** Whoever signs out leaves nothing half-said on a device that others may use. */
  forget: async (user: number): Promise<void> => {
    gone = user;
    const here = await everything();
    const mine = [...here.values()].filter((one) => one.user === user).map(({ key }) => key);
    for (const key of mine) latest.delete(key);
    await Promise.all(mine.map((key) => kept.delete(key))).catch(() => undefined);
  },
};
