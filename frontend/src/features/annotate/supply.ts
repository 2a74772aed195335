/** Keeps a hand of cards full, and knows why it is empty where it is. */

import { ApiError, api } from "../../api/client";
import type { Card } from "../../api/types";
import type { Deck } from "../../domain/deck";
import * as deck from "../../domain/deck";
import { Provision } from "../../domain/provision";

/** The server's own limits on what one person may hold, and take at once. */
const MOST_HELD = 20;
const MOST_AT_ONCE = 10;
const EMPTY_POLL_MS = 5_000;
const SHORT_POLL_MS = 1_000;

/** "empty" means the server has nothing for this person now; the three after it say why, where that is known. */
export type Stock = "loading" | "ready" | "empty" | "all_done" | "for_others" | "campaign_paused" | "unreachable" | "closed" | "paused" | "signed_out";

/** The hand that is filled. */
export interface Taker {
  deck(): Deck;
  /** Cards whose answers are still on their way: they should not be dealt again. */
  onTheirWay(): readonly number[];
  /** Takes the cards up; `because` belongs to a pause, in the words of who paused them. */
  take(cards: Card[]): Promise<void>;
  tell(supply: Stock, because?: string): void;
  /** Cards came for somebody who has gone. */
  tooLate(cards: Card[]): void;
}

export class Supply {
  private readonly provision = new Provision();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private claiming = false;
  private stopped = false;

  constructor(
    private readonly slug: string,
    private readonly taker: Taker,
  ) {}

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** A card was answered in so long. */
  answered(activeMs: number): void {
    this.provision.answered(activeMs);
  }

  networkFailed(): void {
    this.provision.failed(Date.now());
  }

  async refill(): Promise<void> {
    const n = this.missing();
    if (this.claiming || this.stopped || n === 0) return;
    this.claiming = true;
    clearTimeout(this.timer);
    try {
      const asked = Date.now();
      const dealt = await api.claim(this.slug, n, this.hold());
      // Another tab that took over goes on with the same cards.
      if (this.stopped) return this.taker.tooLate(dealt);
      const [first] = dealt;
      if (first) this.provision.dealt(Date.now(), Date.now() - asked, Date.parse(first.leased_until) - Date.now());
      const before = this.inHand();
      await this.taker.take(dealt);
      if (this.stopped) return this.taker.tooLate(dealt);
      this.taker.tell(this.inHand() > 0 ? "ready" : await this.whyEmpty());
      if (this.missing() > 0) this.later(this.inHand() > before ? SHORT_POLL_MS : EMPTY_POLL_MS);
    } catch (error) {
      this.failed(error);
    } finally {
      this.claiming = false;
    }
  }

  private inHand(): number {
    return this.taker.deck().queue.length;
  }

  private hold(): number[] {
    const hand = this.taker.deck().queue.map((card) => card.assignment);
    return [...new Set([...hand, ...this.taker.onTheirWay()])].slice(0, MOST_HELD);
  }

  private missing(): number {
    return Math.min(MOST_AT_ONCE, deck.missing(this.taker.deck(), this.provision.hand(Date.now())));
  }

  /** A claim only says that there is nothing: the campaign knows why. */
  private async whyEmpty(): Promise<Stock> {
    const campaign = await api.myCampaign(this.slug).catch(() => null);
    if (this.inHand() > 0) return "ready";
    if (campaign === null) return "empty";
    if (campaign.state === "paused") return "campaign_paused";
    if (campaign.state === "closed") return "closed";
    if (campaign.used_up) return "all_done";
    return campaign.cards_wait ? "for_others" : "empty";
  }

  private failed(error: unknown): void {
    if (this.stopped) return;
    const closed = error instanceof ApiError && ["campaign_closed", "unknown_campaign", "not_allowed"].includes(error.code);
    if (closed) return this.taker.tell("closed");
    if (error instanceof ApiError && error.code === "member_paused") {
      this.taker.tell("paused", String(error.context["because"] ?? ""));
      return this.later(EMPTY_POLL_MS);
    }
    const signedOut = error instanceof ApiError && error.status === 401;
    if (!signedOut) this.networkFailed();
    this.taker.tell(signedOut ? "signed_out" : "unreachable");
    this.later(SHORT_POLL_MS * 2);
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refill(), ms);
  }
}
