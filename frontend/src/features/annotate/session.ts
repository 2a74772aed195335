/**
 * One person judging one campaign in one tab: the deck in their hands, what they say of it, and what becomes of that.
 *
 * Framework-free: components subscribe and read snapshots. The rules about cards are in domain/deck, about sending in
 * domain/outbox; cards come through supply, and stay theirs through leases.
 */

import { begun as begunHere } from "../../api/begun";
import { api } from "../../api/client";
import { desk } from "../../api/desk";
import { lessons } from "../../api/lessons";
import { newKey } from "../../api/outbox";
import type { Card } from "../../api/types";
import { inWords, type Said } from "../../domain/answers";
import { asTheyLay, type Begun, type HalfSaid, isOf, isUntouched, keyOfBegun, saysSomething } from "../../domain/begun";
import type { Deck } from "../../domain/deck";
import * as deck from "../../domain/deck";
import type { Form } from "../../domain/form";
import type { Entry, News, Outbox } from "../../domain/outbox";
import { lessonOf, type Told, withLessons } from "../../domain/told";
import { t } from "../../i18n";
import { Leases } from "./leases";
import { cameBack, refusal } from "./sentences";
import { type Stock, Supply } from "./supply";

export interface Snapshot {
  deck: Deck;
  supply: Stock;
  /** Why this person is paused, in the words of who paused them. */
  because: string;
  unsent: number;
  sending: Outbox["waiting"];
  notice: string;
  answered: number;
  /** What a training card taught and nobody has read yet, oldest first. */
  told: readonly Told[];
  /** What an earlier page left half-said of the card in hand, and of an earlier answer. */
  begun: readonly Begun[];
}

export class JudgingSession {
  private snapshot: Snapshot;
  private listeners = new Set<() => void>();
  /** Keys of what this tab said; a tab that was closed may have left answers that are sent from here. */
  private readonly saidHere = new Set<string>();
  private stopped = false;
  /** Whether this person left the page, so that others may have the cards. */
  private left = false;
  private readonly supply: Supply;
  private readonly leases: Leases;
  private earlier: Promise<void> = Promise.resolve();
  private remembered: Promise<void> = Promise.resolve();
  /** What is said so far of the card in hand. */
  private begun: Begun | null = null;
  private forgetOutbox: () => void = () => undefined;

  constructor(
    private readonly slug: string,
    private readonly form: Form,
    private readonly user: number,
    private readonly outbox: Outbox,
  ) {
    this.supply = new Supply(slug, {
      deck: () => this.snapshot.deck,
      onTheirWay: () => outbox.unsent(slug).map((entry) => entry.assignment),
      take: (cards) => this.take(cards),
      tell: (supply, because) => this.change({ supply, ...(because === undefined ? {} : { because }) }),
      tooLate: (cards) => this.giveBack(cards),
    });
    this.leases = new Leases({
      cards: () => this.snapshot.deck.queue,
      isBegun: (card) => this.isBegun(card),
      renewed: (card, until) => this.change({ deck: deck.renewed(this.snapshot.deck, card.assignment, until) }),
      lost: (card) => this.lose(card),
    });
    this.snapshot = {
      deck: deck.emptyDeck,
      supply: "loading",
      because: "",
      unsent: outbox.unsent(slug).length,
      sending: outbox.waiting,
      notice: "",
      answered: 0,
      told: [],
      begun: [],
    };
  }

  start(): void {
    this.forgetOutbox = this.outbox.subscribe((news) => this.hear(news));
    this.leases.start();
    this.earlier = this.takeUp();
    // Who was signed out has signed in again; and else an early try does no harm.
    this.outbox.nudge();
    this.remembered = this.remember();
    // Cards whose answers an earlier page left unsent are not dealt to be answered again.
    void this.outbox.restored.then(() => this.supply.refill());
  }

  /** Leaving by a link gives the untouched cards back; a reload does not come through here and keeps them. */
  stop(left: boolean): void {
    this.stopped = true;
    this.left = left;
    this.forgetOutbox();
    this.supply.stop();
    this.leases.stop();
    this.giveBack(this.snapshot.deck.queue);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getSnapshot = (): Snapshot => this.snapshot;

  sign(): void {
    this.leases.sign();
  }

  /** What is said of the card on screen, as far as it goes: a reload takes it up again. */
  keep(shown: { card: Card; past: deck.Past | null }, said: HalfSaid, before: HalfSaid): void {
    const { assignment, lease_number } = shown.card;
    const { filled, flagged, note, active_ms = 0 } = said;
    const [user, campaign] = [this.user, this.slug];
    const key = keyOfBegun(user, campaign, shown.past ? "correction" : "answer");
    if (shown.past && isUntouched(said, before)) return this.dropCorrection();
    const hand = this.snapshot.deck.queue.map((card) => card.assignment);
    const blank = !shown.past && !saysSomething(this.form, said);
    const one = { key, user, campaign, assignment, lease_number, filled, flagged, note, active_ms, blank, hand };
    if (!shown.past) this.begun = one;
    begunHere.keep(one);
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
    this.supply.answered(activeMs);
    const words = inWords(this.form, said);
    this.change({
      ...this.counted(say(this.snapshot.deck, said, key, note), card.assignment),
      notice: past ? t("Changed to: {{words}}", { words }) : words,
    });
    const stored = this.outbox.add({
      key,
      user: this.user,
      campaign: this.slug,
      assignment: card.assignment,
      lease_number: card.lease_number,
      revises: past ? { annotation: standing, key: past.key } : null,
      body,
      at: Date.now(),
    });
    begunHere.after(stored);
    if (past) this.dropCorrection();
    else begunHere.drop(keyOfBegun(this.user, this.slug, "answer"));
    void this.supply.refill();
    void this.leases.check(this.snapshot.deck.queue[0]);
  }

  undo(): void {
    if (this.isOver()) return;
    const next = deck.undo(this.snapshot.deck);
    const end = this.snapshot.deck.past.length < deck.HISTORY ? t("There is no earlier answer to change.") : t("Undo reaches ten answers back; this is the tenth.");
    this.change({ deck: next, notice: next === this.snapshot.deck ? end : t("Your earlier answer, again.") });
  }

  reopen(key: string): void {
    if (this.isOver()) return;
    this.change({ deck: deck.reopen(this.snapshot.deck, key), notice: t("Your earlier answer, again.") });
  }

  /** Whoever looks back after the end is told at once that nothing can be changed, not when it has been written. */
  private isOver(): boolean {
    const over = this.snapshot.supply === "closed";
    if (over) this.change({ notice: t("This campaign is not asking any more, so your earlier answer stands.") });
    return over;
  }

  forward(): void {
    if (!this.snapshot.deck.reopened) return;
    this.dropCorrection();
    this.change({ deck: deck.backToHand(this.snapshot.deck), notice: t("Left as it was.") });
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
    if (this.left) this.leases.giveBack(cards);
  }

  private isBegun(card: Card): boolean {
    return this.begun !== null && isOf(this.begun, card) && saysSomething(this.form, this.begun);
  }

  private lose(card: Card): void {
    const notice = card === this.snapshot.deck.queue[0] ? { notice: t("That card had gone to somebody else in the meantime. Here is another.") } : {};
    this.change({ deck: deck.dropped(this.snapshot.deck, card.assignment), ...notice });
    void this.supply.refill();
  }

  private dropCorrection(): void {
    const half = this.half("correction");
    begunHere.drop(keyOfBegun(this.user, this.slug, "correction"));
    if (half) this.change({ begun: this.snapshot.begun.filter((one) => one !== half) });
  }

  private change(part: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...part };
    for (const listener of [...this.listeners]) listener();
  }

  private hear(news: News): void {
    const part: Partial<Snapshot> = { unsent: this.outbox.unsent(this.slug).length, sending: this.outbox.waiting };
    if (this.outbox.waiting === "unreachable") this.supply.networkFailed();
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

  /** What an earlier page left half-said. */
  private async takeUp(): Promise<void> {
    this.change({ begun: [...(await begunHere.of(this.user, this.slug)).values()] });
  }

  private half(making: "answer" | "correction"): Begun | null {
    return this.snapshot.begun.find(({ key }) => key === keyOfBegun(this.user, this.slug, making)) ?? null;
  }

  /** Cards that were dealt, as they lay; an earlier answer that is half corrected is on screen before any of them. */
  private async take(dealt: Card[]): Promise<void> {
    await this.earlier;
    if (this.half("correction")) await this.remembered;
    if (!this.stopped) this.change({ deck: deck.claimed(this.snapshot.deck, asTheyLay(this.half("answer"), dealt)) });
  }

  private async remember(): Promise<void> {
    const [answers, returned, unread] = await Promise.all([
      api.myAnswers(this.slug).catch(() => []),
      desk.returned(this.slug).catch(() => []),
      lessons.of(this.user, this.slug),
      this.earlier,
    ]);
    if (this.stopped) return;
    const back = new Set(returned.map((one) => one.annotation));
    const remembered = deck.withHistory(this.snapshot.deck, [...returned, ...answers.filter((one) => !back.has(one.annotation))]);
    const half = remembered.past.find((one) => one.assignment === this.half("correction")?.assignment);
    // What came back is corrected before anything new is judged; what is half corrected, before that.
    const first = returned.find((one) => one.assignment === half?.assignment) ?? (half ? undefined : returned[0]);
    const next = half ? deck.reopen(remembered, half.key) : first ? deck.reopenSaved(remembered, first.annotation) : remembered;
    this.change({
      deck: next,
      told: withLessons(this.snapshot.told, unread, next),
      ...(first && next !== remembered ? { notice: cameBack(first) } : {}),
    });
  }
}
