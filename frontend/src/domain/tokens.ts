/** When a token ends, as its owner should hear of it; the rule itself is the server's. */

import type { Scope } from "../api/people";

export const DAYS = [7, 30, 90, 365] as const;
export const USUAL_DAYS = 90;
const SOON_DAYS = 14;
const DAY_MS = 86_400_000;

export type End = "never" | "later" | "soon" | "past";

export function endOf(expires_at: string | null, now: number): End {
  if (expires_at === null) return "never";
  const left = Date.parse(expires_at) - now;
  if (left <= 0) return "past";
  return left <= SOON_DAYS * DAY_MS ? "soon" : "later";
}

/** Whole days until then, so that the last day says 1. */
export function daysLeft(expires_at: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(expires_at) - now) / DAY_MS));
}

/** What only feeds and reads may run without an end; what acts as a person may not. */
export function mayBeEndless(scopes: Scope[]): boolean {
  return scopes.length > 0 && scopes.every((scope) => scope === "rollouts:write" || scope === "rewards:read");
}
