/**
 * One person judging one campaign in one tab: keeps the hand full, the leases alive and the answers on their way.
 *
 * Framework-free: components subscribe and read snapshots. The rules about cards are in domain/deck, about sending
 * in domain/outbox; this file only connects them to the server and the clock.
 */

import { begun as begunHere } from "../../api/begun";
import { ApiError, api } from "../../api/client";
import { desk } from "../../api/desk";
import { lessons } from "../../api/lessons";
import { newKey } from "../../api/outbox";
import type { Card } from "../../api/types";
import { inWords, type Said } from "../../domain/answers";
import { type Begun, inHandFirst, isOf, keyOfBegun, saysSomething } from "../../domain/begun";
import type { Deck } from "../../domain/deck";
import * as deck from "../../domain/deck";
import type { Form } from "../../domain/form";
import type { Entry, News, Outbox } from "../../domain/outbox";
import { Provision } from "../../domain/provision";
import { lessonOf, type Told, withLessons } from "../../domain/told";
import { t } from "../../i18n";
import { cameBack, refusal } from "./sentences";

/** The server's own limits on what one person may hold, and take at once. */
const MOST_HELD = 20;
const MOST_AT_ONCE = 10;
const EMPTY_POLL_MS = 5_000;
const SHORT_POLL_MS = 1_000;
const RENEW_CHECK_MS = 15_000;
/** Somebody who left the desk must not keep cards from others. */
const AWAY_AFTER_MS = 5 * 60_000;

export interface Snapshot {
  deck: Deck;
  /** "empty" means the server has nothing for this person now; the three after it say why, where that is known. */
  supply: "loading" | "ready" | "empty" | "all_done" | "for_others" | "campaign_paused" | "unreachable" | "closed" | "paused" | "signed_out";
  /** Why this person is paused, in the words of who paused them. */
  because: string;
  unsent: number;
  sending: Outbox["waiting"];
  notice: string;
  answered: number;
  /** What a training card taught and nobody has read yet, oldest first. */
  told: readonly Told[];
  /** What an earlier page left half-said. */
  begun: Begun | null;
}

export class JudgingSession {
  private snapshot: Snapshot;
  private listeners = new Set<() => void>();
  /** Keys of what this tab said; a tab that was closed may have left answers that are sent from here. */
  private readonly saidHere = new Set<string>();
  private claiming = false;
  private stopped = false;
  /** Whether this person left the page, so that others may have the cards. */
  private left = false;
  private lastSign = Date.now();
  private readonly provision = new Provision();
  private earlier: Promise<Begun | null> = Promise.resolve(null);
  /** What is said so far of the card in hand. */
  private begun: Begun | null = null;
  private pollTimer: ReturnType<typeof setTimeout> | undefined;
  private renewTimer: ReturnType<typeof setInterval> | undefined;
  private forgetOutbox: () => void = () => undefined;

  constructor(
    private readonly slug: string,
    private readonly form: Form,
    private readonly user: number,
    private readonly outbox: Outbox,
  ) {
    this.snapshot = {
      deck: deck.emptyDeck,
      supply: "loading",
      because: "",
      unsent: outbox.unsent(slug).length,
      sending: outbox.waiting,
      notice: "",
      answered: 0,
      told: [],
      begun: null,
    };
  }

  start(): void {
    this.forgetOutbox = this.outbox.subscribe((news) => this.hear(news));
    this.renewTimer = setInterval(() => void this.keepLeases(), RENEW_CHECK_MS);
    this.earlier = begunHere.of(this.user, this.slug);
    // Who was signed out has signed in again; and else an early try does no harm.
    this.outbox.nudge();
    void this.remember();
    void this.refill();
  }

  /**
   * Leaving by a link gives the untouched cards back; a reload does not come through here and keeps them. So is the card
   * kept of which something was said: it is there again, as it was left, for who returns while it is theirs.
   */
  stop(left: boolean): void {
    this.stopped = true;
    this.left = left;
    this.forgetOutbox();
    clearTimeout(this.pollTimer);
    clearInterval(this.renewTimer);
    this.giveBack(this.snapshot.deck.queue);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getSnapshot = (): Snapshot => this.snapshot;

  sign(): void {
    this.lastSign = Date.now();
  }

  /** What is said of the card in hand, as far as it goes: a reload takes it up again. */
  keep({ assignment, lease_number }: Card, { filled, flagged, note }: Pick<Begun, "filled" | "flagged" | "note">): void {
    const [user, campaign] = [this.user, this.slug];
    this.begun = { key: keyOfBegun(user, campaign), user, campaign, assignment, lease_number, filled, flagged, note };
    begunHere.keep(this.begun);
  }

  /** Say something of the shown card: the next one is shown at once, the answer goes out behind it. */
  say(said: Said, activeMs: number, comment: string): void {
    const showing = deck.shown(this.snapshot.deck);
    if (!showing) return;
    const key = newKey();
    this.saidHere.add(key);
    const { card, past } = showing;
    const standing = past?.status === "saved" ? past.annotation : null;
    const note = comment.trim();
    const body = {
      ...said,
      active_ms: activeMs,
      ...(note ? { comment: note } : {}),
      idempotency_key: key,
    };
    const say = past ? deck.revise : deck.answer;
    this.provision.answered(activeMs);
    const words = inWords(this.form, said);
    this.change({
      ...this.counted(say(this.snapshot.deck, said, key, note), card.assignment),
      notice: past ? t("Changed to: {{words}}", { words }) : words,
    });
    this.outbox.add({
      key,
      user: this.user,
      campaign: this.slug,
      assignment: card.assignment,
      lease_number: card.lease_number,
      revises: past ? { annotation: standing, key: past.key } : null,
      body,
      at: Date.now(),
    });
    void this.refill();
    void this.checkShown();
  }

  undo(): void {
    const next = deck.undo(this.snapshot.deck);
    const end = this.snapshot.deck.past.length < deck.HISTORY ? t("There is no earlier answer to change.") : t("Undo reaches ten answers back; this is the tenth.");
    this.change({ deck: next, notice: next === this.snapshot.deck ? end : t("Your earlier answer, again.") });
  }

  reopen(key: string): void {
    this.change({ deck: deck.reopen(this.snapshot.deck, key), notice: t("Your earlier answer, again.") });
  }

  forward(): void {
    if (this.snapshot.deck.reopened) this.change({ deck: deck.backToHand(this.snapshot.deck), notice: t("Left as it was.") });
  }

  notify(notice: string): void {
    this.change({ notice });
  }

  /** What the oldest training card taught has been read. */
  goOn(): void {
    const [read, ...left] = this.snapshot.told;
    if (read) void lessons.read(read.key);
    this.change({ told: left });
  }

  /** The next deck, and how many answers there are with what became of this card. */
  private counted(next: Deck, assignment: number): Pick<Snapshot, "deck" | "answered"> {
    const [before, now] = [this.snapshot.deck, next].map((one) => Number(deck.counts(one, assignment)));
    return { deck: next, answered: this.snapshot.answered + (now ?? 0) - (before ?? 0) };
  }

  private giveBack(cards: readonly Card[]): void {
    if (!this.left) return;
    for (const card of cards) {
      if (!this.isBegun(card)) void api.release(card.assignment, card.lease_number).catch(() => undefined);
    }
  }

  private change(part: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...part };
    for (const listener of [...this.listeners]) listener();
  }

  private hear(news: News): void {
    const part: Partial<Snapshot> = { unsent: this.outbox.unsent(this.slug).length, sending: this.outbox.waiting };
    if (this.outbox.waiting === "unreachable") this.provision.failed(Date.now());
    if (news.kind === "acknowledged" && news.entry.campaign === this.slug) {
      part.deck = deck.acknowledged(this.snapshot.deck, news.entry.key, news.annotation);
      if (news.feedback) part.told = withLessons(this.snapshot.told, [lessonOf(news.entry, news.feedback)], this.snapshot.deck);
    }
    if (news.kind === "refused" && news.entry.campaign === this.slug) {
      Object.assign(part, this.counted(deck.refused(this.snapshot.deck, news.entry.key), news.entry.assignment));
      part.notice = refusal(news.code, news.message, news.entry.revises !== null);
    }
    this.change(part);
    if (news.kind === "acknowledged" && news.entry.campaign === this.slug) this.hearOfEarlier(news.entry);
  }

  /** What a closed tab left behind has arrived: it counts here, and undo reaches it. */
  private hearOfEarlier(entry: Entry): void {
    if (this.saidHere.has(entry.key)) return;
    // It may have been stored before and only its receipt been lost: then it is counted and remembered already.
    if (this.snapshot.deck.answered.has(entry.assignment) && !entry.revises) return;
    this.change({ answered: this.snapshot.answered + (entry.revises || entry.body.skip ? 0 : 1) });
    void this.remember();
  }

  private async remember(): Promise<void> {
    const [answers, returned, unread] = await Promise.all([
      api.myAnswers(this.slug).catch(() => []),
      desk.returned(this.slug).catch(() => []),
      lessons.of(this.user, this.slug),
    ]);
    if (this.stopped) return;
    const back = new Set(returned.map((one) => one.annotation));
    const remembered = deck.withHistory(this.snapshot.deck, [...returned, ...answers.filter((one) => !back.has(one.annotation))]);
    const [first] = returned;
    // What came back is corrected before anything new is judged.
    const next = first ? deck.reopenSaved(remembered, first.annotation) : remembered;
    this.change({
      deck: next,
      told: withLessons(this.snapshot.told, unread, next),
      ...(first && next !== remembered ? { notice: cameBack(first) } : {}),
    });
  }

  /** Cards in this hand, and cards whose answers are still on their way: neither should be dealt again. */
  private hold(): number[] {
    const unsent = this.outbox.unsent(this.slug).map((entry) => entry.assignment);
    const hand = this.snapshot.deck.queue.map((card) => card.assignment);
    return [...new Set([...hand, ...unsent])].slice(0, MOST_HELD);
  }

  private async refill(): Promise<void> {
    const n = this.missing();
    if (this.claiming || this.stopped || n === 0) return;
    this.claiming = true;
    clearTimeout(this.pollTimer);
    try {
      const asked = Date.now();
      const dealt = await api.claim(this.slug, n, this.hold());
      // Another tab that took over goes on with the same cards.
      if (this.stopped) return this.giveBack(dealt);
      const [first] = dealt;
      if (first) this.provision.dealt(Date.now(), Date.now() - asked, Date.parse(first.leased_until) - Date.now());
      const begun = await this.earlier;
      if (this.stopped) return this.giveBack(dealt);
      const cards = inHandFirst(begun, dealt);
      const next = deck.claimed(this.snapshot.deck, cards);
      const grew = next.queue.length > this.snapshot.deck.queue.length;
      this.change({ deck: next, begun, ...(next.queue.length > 0 ? { supply: "ready" } : {}) });
      if (next.queue.length === 0) this.change({ supply: await this.whyEmpty() });
      if (this.missing() > 0) this.later(grew ? SHORT_POLL_MS : EMPTY_POLL_MS);
    } catch (error) {
      this.supplyFailed(error);
    } finally {
      this.claiming = false;
    }
  }

  private isBegun(card: Card): boolean {
    return this.begun !== null && isOf(this.begun, card) && saysSomething(this.form, this.begun);
  }

  private missing(): number {
    return Math.min(MOST_AT_ONCE, deck.missing(this.snapshot.deck, this.provision.hand(Date.now())));
  }

  /** A claim only says that there is nothing: the campaign knows why. */
  private async whyEmpty(): Promise<Snapshot["supply"]> {
    const campaign = await api.myCampaign(this.slug).catch(() => null);
    if (this.snapshot.deck.queue.length > 0) return "ready";
    if (campaign === null) return "empty";
    if (campaign.state === "paused") return "campaign_paused";
    if (campaign.state === "closed") return "closed";
    if (campaign.used_up) return "all_done";
    return campaign.cards_wait ? "for_others" : "empty";
  }

  private supplyFailed(error: unknown): void {
    if (this.stopped) return;
    const closed = error instanceof ApiError && ["campaign_closed", "unknown_campaign", "not_allowed"].includes(error.code);
    if (closed) return this.change({ supply: "closed" });
    if (error instanceof ApiError && error.code === "member_paused") {
      this.change({ supply: "paused", because: String(error.context["because"] ?? "") });
      return this.later(EMPTY_POLL_MS);
    }
    const signedOut = error instanceof ApiError && error.status === 401;
    if (!signedOut) this.provision.failed(Date.now());
    this.change({ supply: signedOut ? "signed_out" : "unreachable" });
    this.later(SHORT_POLL_MS * 2);
  }

  private later(ms: number): void {
    clearTimeout(this.pollTimer);
    this.pollTimer = setTimeout(() => void this.refill(), ms);
  }

  private async keepLeases(): Promise<void> {
    if (document.visibilityState !== "visible" || Date.now() - this.lastSign > AWAY_AFTER_MS) return;
    for (const card of this.snapshot.deck.queue) {
      if (runsOutSoon(card)) await this.renew(card);
    }
  }

  /** A card that waited in the hand past its lease may belong to somebody else by now: ask before it is judged. */
  private async checkShown(): Promise<void> {
    const card = this.snapshot.deck.queue[0];
    if (card && Date.parse(card.leased_until) < Date.now() + 5_000) await this.renew(card);
  }

  private async renew(card: Card): Promise<void> {
    try {
      const { leased_until } = await api.renew(card.assignment, card.lease_number);
      if (!this.stopped) this.change({ deck: deck.renewed(this.snapshot.deck, card.assignment, leased_until) });
    } catch (error) {
      if (this.stopped || !(error instanceof ApiError) || error.retryable || error.status === 401) return;
      // What somebody wrote is still theirs to send: an answer that comes late is kept.
      if (this.isBegun(card)) return;
      const notice = card === this.snapshot.deck.queue[0] ? { notice: t("That card had gone to somebody else in the meantime. Here is another.") } : {};
      this.change({ deck: deck.dropped(this.snapshot.deck, card.assignment), ...notice });
      void this.refill();
    }
  }
}

function runsOutSoon(card: Card): boolean {
  return Date.parse(card.leased_until) - Date.now() < 3 * 60_000;
}
