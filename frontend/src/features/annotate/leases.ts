/**
 * Keeps the cards of a hand: renews the leases that run out while somebody is at the desk, and gives back what is left.
 */

import { ApiError, api } from "../../api/client";
import type { Card } from "../../api/types";

const RENEW_CHECK_MS = 15_000;
const RENEW_BEFORE_MS = 3 * 60_000;
/** Somebody who left the desk must not keep cards from others. */
const AWAY_AFTER_MS = 5 * 60_000;

/** The hand whose cards are kept. */
export interface Holder {
  cards(): readonly Card[];
  /** Whether something was said of it that is not sent yet. */
  isBegun(card: Card): boolean;
  renewed(card: Card, leasedUntil: string): void;
  /** It is somebody else's by now. */
  lost(card: Card): void;
}

export class Leases {
  private timer: ReturnType<typeof setInterval> | undefined;
  private stopped = false;
  private lastSign = Date.now();

  constructor(private readonly holder: Holder) {}

  start(): void {
    this.timer = setInterval(() => void this.keep(), RENEW_CHECK_MS);
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
  }

  /** Somebody is at the desk. */
  sign(): void {
    this.lastSign = Date.now();
  }

  /** A card that waited in the hand past its lease may belong to somebody else by now: ask before it is judged. */
  async check(card: Card | undefined): Promise<void> {
    if (card && runsOutIn(card, 5_000)) await this.renew(card);
  }

  /** A card of which something was said stays: it is there again, as it was left, for who returns while it is theirs. */
  giveBack(cards: readonly Card[]): void {
    for (const card of cards) {
      if (!this.holder.isBegun(card)) void api.release(card.assignment, card.lease_number).catch(() => undefined);
    }
  }

  private async keep(): Promise<void> {
    if (document.visibilityState !== "visible" || Date.now() - this.lastSign > AWAY_AFTER_MS) return;
    for (const card of this.holder.cards()) {
      if (runsOutIn(card, RENEW_BEFORE_MS)) await this.renew(card);
    }
  }

  private async renew(card: Card): Promise<void> {
    try {
      const { leased_until } = await api.renew(card.assignment, card.lease_number);
      if (!this.stopped) this.holder.renewed(card, leased_until);
    } catch (error) {
      if (this.stopped || !(error instanceof ApiError) || error.retryable || error.status === 401) return;
      // What somebody wrote is still theirs to send: an answer that comes late is kept.
      if (!this.holder.isBegun(card)) this.holder.lost(card);
    }
  }
}

function runsOutIn(card: Card, ms: number): boolean {
  return Date.parse(card.leased_until) - Date.now() < ms;
}
