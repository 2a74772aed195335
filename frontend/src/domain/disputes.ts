/** Which dispute comes next, and under which key a decision goes out. Pure. */

import type { Answer } from "./form";

/** Those half decided come first, those put off last, in the order they were put off; those that are over come not at all. */
export function waitingFirst<One extends { task: number }>(
  disputes: readonly One[],
  gone: readonly number[],
  putOff: readonly number[],
  half: readonly number[] = [],
): One[] {
  const rank = ({ task }: One) => (putOff.includes(task) ? 1 + putOff.indexOf(task) : half.includes(task) ? -1 : 0);
  return disputes.filter((one) => !gone.includes(one.task)).sort((x, y) => rank(x) - rank(y));
}

export interface Sent {
  /** What was decided, whole. */
  what: string;
  key: string;
}

/** The same decision keeps its key however often it is sent; another one gets a new key. */
export function keyFor(before: Sent | null, task: number, answer: Answer, note: string, newKey: () => string): Sent {
  const what = JSON.stringify([task, answer, note.trim()]);
  return before?.what === what ? before : { what, key: newKey() };
}
