/** What training cards taught and nobody has read yet: a reload, or a browser that closes, must not pass over it. */

import type { Lesson } from "../domain/told";
import { keptHere } from "./keptHere";

const unread = keptHere<Lesson>("unread", "tiebreak-lessons");

/** A browser without storage still tells; it only forgets on reload. */
export const lessons = {
  keep: (lesson: Lesson) => unread.put(lesson).catch(() => undefined),
  read: (key: string) => unread.delete(key).catch(() => undefined),
  /** Oldest first. */
  of: async (user: number, campaign: string): Promise<Lesson[]> => {
    const all = await unread.all().catch(() => []);
    return all.filter((one) => one.user === user && one.campaign === campaign).sort((x, y) => x.at - y.at);
  },
};
