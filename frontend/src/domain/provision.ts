/**
 * How many cards to hold: few, since what is asked next follows from every answer; more where the network comes and
 * goes, but no more than can be answered while they are leased.
 *
 * Pure: times are passed in as milliseconds.
 */

import { HAND } from "./deck";

/** The server lends twenty, and those whose answers are still unsent count among them. */
export const MOST_AHEAD = 15;
/** A network that failed is not trusted again before this. */
const ROUGH_FOR_MS = 10 * 60_000;
/** A claim that takes longer leaves its reader waiting when the next one is lost. */
const SLOW_MS = 2_000;

export class Provision {
  private roughUntil = 0;
  private leaseMs = 0;
  private paceMs: number | null = null;

  failed(now: number): void {
    this.roughUntil = now + ROUGH_FOR_MS;
  }

  /** Cards came, so long after they were asked for, and are leased for so long. */
  dealt(now: number, tookMs: number, leaseMs: number): void {
    if (tookMs > SLOW_MS) this.failed(now);
    this.leaseMs = leaseMs;
  }

  /** A card was answered in so long. */
  answered(activeMs: number): void {
    this.paceMs = this.paceMs === null ? activeMs : 0.7 * this.paceMs + 0.3 * activeMs;
  }

  /** Half of what the lease has time for: the last card is begun well before it ends. */
  hand(now: number): number {
    if (now >= this.roughUntil || this.paceMs === null) return HAND;
    const inTime = Math.floor(this.leaseMs / 2 / Math.max(1, this.paceMs));
    return Math.max(HAND, Math.min(MOST_AHEAD, inTime));
  }
}
