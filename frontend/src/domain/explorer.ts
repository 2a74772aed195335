/** What is searched for, as an address holds it: every search can be linked to. */

import type { RolloutQuery } from "../api/desk";
import type { Range } from "./typedNumber";

export const SORTS = ["newest", "oldest", "highest_reward", "lowest_reward", "most_doubted", "least_doubted"] as const;
export type Sort = (typeof SORTS)[number];

const STEP = { least: 0, whole: true };
const REWARD = {};
const DOUBT = { least: 0 };
/** What can be narrowed by a number, and by which numbers. */
export const RANGES = { step_min: STEP, step_max: STEP, reward_min: REWARD, reward_max: REWARD, doubt_min: DOUBT, doubt_max: DOUBT } satisfies Record<string, Range>;
export type NumberField = keyof typeof RANGES;
const NUMBERS = Object.keys(RANGES) as NumberField[];
const TEXTS = ["run", "q", "model"] as const;

/** The search in an address; what makes no sense there is left out. */
export function queryOf(address: URLSearchParams): RolloutQuery {
  const query: RolloutQuery = {};
  for (const name of TEXTS) {
    const text = address.get(name)?.trim();
    if (text) query[name] = text;
  }
  for (const name of NUMBERS) {
    const raw = address.get(name);
    const number = raw?.trim() ? Number(raw) : Number.NaN;
    if (Number.isFinite(number)) query[name] = number;
  }
  if (address.get("within") === "prompt") query.within = "prompt";
  const labelled = address.get("labelled");
  if (labelled === "yes" || labelled === "no") query.labelled = labelled;
  const sort = SORTS.find((one) => one === address.get("sort"));
  if (sort && sort !== "newest") query.sort = sort;
  return query;
}

/** The address with one field changed; an empty field is left out. Without a run, what only runs tell apart goes too. */
export function withField(address: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = new URLSearchParams(address);
  if (value) next.set(name, value);
  else next.delete(name);
  if (name === "run" && !value) for (const of of [...NUMBERS, "sort"]) next.delete(of);
  return next;
}

/** A text cut where the searched words stand, so that they can be marked; every second part is one of them. */
export function markedParts(text: string, words: string): string[] {
  const sought = words.match(/[\p{L}\p{N}_]+/gu);
  if (!sought) return [text];
  const pattern = sought.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return text.split(new RegExp(`(?<![\\p{L}\\p{N}_])(${pattern})(?![\\p{L}\\p{N}_])`, "giu"));
}
