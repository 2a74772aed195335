/**
 * An answer leaves this outbox only when the server has taken it or has refused it for good.
 *
 * Entries are mirrored in a store that survives reloads. Sending is in order, one at a time; lost network and a
 * resting server are waited out with growing pauses. A revision of an answer that is itself still unsent waits for it.
 * This file knows no database and no HTTP: both are passed in.
 */

import type { AnswerBody, Feedback } from "../api/types";

export interface Entry {
  /** Also the idempotency key, so that sending twice counts once. */
  key: string;
  /** Answers belong to whoever gave them, even if somebody else signs in on this browser. */
  user: number;
  campaign: string;
  assignment: number;
  lease_number: number;
  /** Null for a first answer. */
  revises: { annotation: number | null; key: string } | null;
  body: AnswerBody;
  at: number;
}

export interface Store {
  all(): Promise<Entry[]>;
  put(entry: Entry): Promise<void>;
  delete(key: string): Promise<void>;
}

export type Outcome =
  | { kind: "taken"; annotation: number; feedback?: Feedback | null }
  | { kind: "refused"; code: string; message: string }
  | { kind: "later" }
  | { kind: "signed_out" };

export type News =
  | { kind: "acknowledged"; entry: Entry; annotation: number; feedback: Feedback | null }
  | { kind: "refused"; entry: Entry; code: string; message: string }
  | { kind: "changed" };

export interface Timer {
  after(ms: number, then: () => void): () => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** Doubling pauses; the spread keeps a room full of browsers from returning in the same instant. */
export function pauseFor(failures: number, random: number): number {
  const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
  return Math.round(full * (0.5 + random / 2));
}

export class Outbox {
  private entries: Entry[] = [];
  private listeners = new Set<(news: News) => void>();
  private failures = 0;
  private sending = false;
  private stopped = false;
  private cancelPause: (() => void) | null = null;
  private mirror: Promise<void> = Promise.resolve();
  /** What an earlier page left unsent is known. */
  restored: Promise<void> = Promise.resolve();
  waiting: "no" | "unreachable" | "signed_out" = "no";

  constructor(
    private readonly user: number,
    private readonly store: Store,
    private readonly send: (entry: Entry) => Promise<Outcome>,
    private readonly timer: Timer,
    private readonly random: () => number = Math.random,
  ) {}

  /** Take up what an earlier page left unsent. */
  restore(): Promise<void> {
    this.restored = this.takeUp();
    return this.restored;
  }

  private async takeUp(): Promise<void> {
    const stored = await this.store.all().catch(() => []);
    const known = new Set(this.entries.map((entry) => entry.key));
    const mine = stored.filter((entry) => entry.user === this.user && !known.has(entry.key));
    this.entries = [...mine.sort((x, y) => x.at - y.at), ...this.entries];
    this.tell({ kind: "changed" });
    void this.drain();
  }

  /** Done when the entry is in the store, or cannot be. */
  add(entry: Entry): Promise<void> {
    this.entries.push(entry);
    const stored = this.write(() => this.store.put(entry));
    this.tell({ kind: "changed" });
    void this.drain();
    return stored;
  }

  unsent(campaign?: string): Entry[] {
    return campaign === undefined ? [...this.entries] : this.entries.filter((entry) => entry.campaign === campaign);
  }

  subscribe(listener: (news: News) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Try at once: the network came back, or somebody signed in again. */
  nudge(): void {
    this.failures = 0;
    this.cancelPause?.();
    this.cancelPause = null;
    void this.drain();
  }

  /** Tries at once, and comes back when nothing waits any more, when a try has failed, or after so long. */
  async tried(ms: number): Promise<void> {
    await this.restored;
    if (this.entries.length === 0) return;
    await new Promise<void>((done) => {
      const forget = this.subscribe(() => (this.entries.length === 0 || this.waiting !== "no") && over());
      const cancel = this.timer.after(ms, () => over());
      const over = () => {
        forget();
        cancel();
        done();
      };
      this.nudge();
    });
  }

  stop(): void {
    this.stopped = true;
    this.cancelPause?.();
    this.listeners.clear();
  }

  private async drain(): Promise<void> {
    if (this.sending || this.cancelPause || this.stopped) return;
    this.sending = true;
    try {
      for (let entry = this.next(); entry && !this.stopped; entry = this.next()) {
        const outcome = await this.send(entry).catch((): Outcome => ({ kind: "later" }));
        if (!this.settle(entry, outcome)) break;
      }
    } finally {
      this.sending = false;
    }
  }

  private next(): Entry | undefined {
    return this.entries.find((entry) => !entry.revises || entry.revises.annotation !== null);
  }

  /** Whether to go on with the next entry. */
  private settle(entry: Entry, outcome: Outcome): boolean {
    if (outcome.kind === "later" || outcome.kind === "signed_out") {
      this.pause(entry, outcome.kind);
      return false;
    }
    this.failures = 0;
    this.waiting = "no";
    // What waits for this entry goes first: a page that dies in between then finds the entry, and never a revision of nothing.
    if (outcome.kind === "taken") this.point(entry.key, outcome.annotation);
    else this.orphans(entry.key).forEach((orphan) => this.settle(orphan, outcome));
    this.forget(entry);
    if (outcome.kind === "taken") this.tell({ kind: "acknowledged", entry, annotation: outcome.annotation, feedback: outcome.feedback ?? null });
    else this.tell({ kind: "refused", entry, code: outcome.code, message: outcome.message });
    return true;
  }

  private pause(entry: Entry, why: "later" | "signed_out"): void {
    this.failures += 1;
    this.waiting = why === "later" ? "unreachable" : "signed_out";
    // To the end of the line, so that one entry the server chokes on does not hold up the others.
    this.entries = [...this.entries.filter((one) => one !== entry), entry];
    this.tell({ kind: "changed" });
    if (this.stopped) return;
    this.cancelPause = this.timer.after(pauseFor(this.failures, this.random()), () => {
      this.cancelPause = null;
      void this.drain();
    });
  }

  private orphans(key: string): Entry[] {
    return this.entries.filter((entry) => entry.revises?.key === key && entry.revises.annotation === null);
  }

  private point(key: string, annotation: number): void {
    this.entries = this.entries.map((entry) => {
      if (entry.revises?.key !== key) return entry;
      const pointed = { ...entry, revises: { key, annotation } };
      void this.write(() => this.store.put(pointed));
      return pointed;
    });
  }

  private forget(entry: Entry): void {
    this.entries = this.entries.filter((one) => one !== entry);
    void this.write(() => this.store.delete(entry.key));
  }

  /** Writes keep their order; a browser without storage still sends, it only forgets on reload. */
  private write(step: () => Promise<void>): Promise<void> {
    this.mirror = this.mirror.then(step).catch(() => undefined);
    return this.mirror;
  }

  private tell(news: News): void {
    for (const listener of [...this.listeners]) listener(news);
  }
}
