/**
 * Active time on a card: it runs only while the page is visible, focused and somebody moved within the last minute.
 *
 * Times are passed in as milliseconds; this file owns no clock.
 */

/** Reading needs no mouse, so a quiet minute still counts; what lies beyond it does not. */
export const IDLE_AFTER_MS = 60_000;

export class ActiveTime {
  private total = 0;
  private lastSign: number;
  private since: number | null;

  constructor(now: number, attentive: boolean) {
    this.lastSign = now;
    this.since = attentive ? now : null;
  }

  /** A key, a pointer move, a scroll. */
  sign(now: number): void {
    this.settle(now);
    this.lastSign = now;
  }

  /** The page gained or lost visibility or focus. Coming back is a sign of life. */
  attention(now: number, attentive: boolean): void {
    this.settle(now);
    if (attentive) this.lastSign = now;
    this.since = attentive ? now : null;
  }

  elapsed(now: number): number {
    this.settle(now);
    return Math.round(this.total);
  }

  private settle(now: number): void {
    if (this.since === null) return;
    const end = Math.min(now, this.lastSign + IDLE_AFTER_MS);
    this.total += Math.max(0, end - this.since);
    this.since = now;
  }
}
