import "fake-indexeddb/auto";

import { beforeEach, describe, expect, test } from "vitest";

import { keptHere } from "../api/keptHere";
import { type Entry, type News, Outbox, type Outcome, pauseFor, type Store } from "./outbox";

const entry = (key: string, part: Partial<Entry> = {}): Entry => ({
  key,
  user: 1,
  campaign: "c",
  assignment: 1,
  lease_number: 1,
  revises: null,
  body: { answer: null, skip: "other", flagged: false, idempotency_key: key },
  at: 0,
  ...part,
});

/** A server that answers as told, and a clock that moves when told. */
class Bench {
  sent: Entry[] = [];
  answers: Outcome[] = [];
  news: News[] = [];
  private waiting: (() => void)[] = [];

  constructor(readonly store: Store) {}

  outbox(user = 1): Outbox {
    const send = (one: Entry) => {
      this.sent.push(one);
      return Promise.resolve(this.answers.shift() ?? { kind: "taken" as const, annotation: this.sent.length });
    };
    const timer = {
      after: (_ms: number, then: () => void) => {
        this.waiting.push(then);
        return () => (this.waiting = this.waiting.filter((one) => one !== then));
      },
    };
    const made = new Outbox(user, this.store, send, timer, () => 0);
    made.subscribe((one) => this.news.push(one));
    return made;
  }

  async settle(): Promise<void> {
    for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  async pausesEnd(): Promise<void> {
    const ended = this.waiting;
    this.waiting = [];
    ended.forEach((then) => then());
    await this.settle();
  }
}

let bench: Bench;
beforeEach(async () => {
  bench = new Bench(keptHere("unsent", "tiebreak"));
  for (const one of await bench.store.all()) await bench.store.delete(one.key);
});

describe("sending", () => {
  test("an answer is sent at once and forgotten when taken", async () => {
    const outbox = bench.outbox();
    outbox.add(entry("k1"));
    expect(outbox.unsent()).toHaveLength(1);
    await bench.settle();
    expect(outbox.unsent()).toHaveLength(0);
    expect(await bench.store.all()).toEqual([]);
    expect(bench.news).toContainEqual(expect.objectContaining({ kind: "acknowledged", annotation: 1 }));
  });

  test("lost network keeps the answer and tries again after a pause", async () => {
    bench.answers = [{ kind: "later" }, { kind: "later" }];
    const outbox = bench.outbox();
    outbox.add(entry("k1"));
    await bench.settle();
    expect(outbox.waiting).toBe("unreachable");
    expect(await bench.store.all()).toHaveLength(1);
    await bench.pausesEnd();
    await bench.pausesEnd();
    expect(outbox.unsent()).toHaveLength(0);
    expect(bench.sent.map((one) => one.key)).toEqual(["k1", "k1", "k1"]);
  });

  test("the network's return is not waited out", async () => {
    bench.answers = [{ kind: "later" }];
    const outbox = bench.outbox();
    outbox.add(entry("k1"));
    await bench.settle();
    outbox.nudge();
    await bench.settle();
    expect(outbox.unsent()).toHaveLength(0);
  });

  test("an entry the server chokes on does not hold up the others", async () => {
    bench.answers = [{ kind: "later" }];
    const outbox = bench.outbox();
    outbox.add(entry("bad"));
    outbox.add(entry("good"));
    await bench.settle();
    await bench.pausesEnd();
    expect(bench.sent.map((one) => one.key)).toEqual(["bad", "good", "bad"]);
  });

  test("a refusal is final and told", async () => {
    bench.answers = [{ kind: "refused", code: "lease_lost", message: "gone" }];
    const outbox = bench.outbox();
    outbox.add(entry("k1"));
    await bench.settle();
    expect(outbox.unsent()).toHaveLength(0);
    expect(bench.news).toContainEqual(expect.objectContaining({ kind: "refused", code: "lease_lost" }));
  });
});

describe("revisions", () => {
  const revision = (of: string) => entry("k2", { revises: { annotation: null, key: of } });

  test("a revision of an unsent answer waits for it and then points at it", async () => {
    bench.answers = [{ kind: "later" }, { kind: "taken", annotation: 42 }];
    const outbox = bench.outbox();
    outbox.add(entry("k1"));
    outbox.add(revision("k1"));
    await bench.settle();
    await bench.pausesEnd();
    expect(bench.sent.at(-1)).toMatchObject({ key: "k2", revises: { annotation: 42, key: "k1" } });
  });

  test("a revision of a refused answer is refused with it", async () => {
    bench.answers = [{ kind: "refused", code: "lease_lost", message: "gone" }];
    const outbox = bench.outbox();
    outbox.add(entry("k1"));
    outbox.add(revision("k1"));
    await bench.settle();
    expect(outbox.unsent()).toHaveLength(0);
    expect(bench.sent).toHaveLength(1);
  });
});

describe("a page that dies while it writes down what the server said", () => {
  /** What is left when every write after the first `steps` is lost. */
  async function leftAfter(steps: number, outcome: Outcome): Promise<Entry[]> {
    const kept: Store = keptHere("unsent", "tiebreak");
    for (const one of await kept.all()) await kept.delete(one.key);
    await kept.put(entry("k1"));
    await kept.put(entry("k2", { at: 1, revises: { annotation: null, key: "k1" } }));
    let left = steps;
    const write = (step: () => Promise<void>) => (left-- > 0 ? step() : new Promise<void>(() => undefined));
    bench = new Bench({ all: () => kept.all(), put: (one) => write(() => kept.put(one)), delete: (key) => write(() => kept.delete(key)) });
    bench.answers = [outcome, { kind: "later" }];
    const outbox = bench.outbox();
    await outbox.restore();
    await bench.settle();
    outbox.stop();
    return kept.all();
  }

  const taken: Outcome = { kind: "taken", annotation: 42 };
  const refused: Outcome = { kind: "refused", code: "lease_lost", message: "gone" };
  test.each([[0, taken], [1, taken], [0, refused], [1, refused]])("after %i writes no revision is left whose answer is gone", async (steps, outcome) => {
    const left = await leftAfter(steps, outcome);
    expect(left.length).toBeGreaterThan(0);
    const keys = new Set(left.map((one) => one.key));
    expect(left.filter(({ revises }) => revises?.annotation === null && !keys.has(revises.key))).toEqual([]);
  });
});

describe("reloads", () => {
  test("a new page sends what the old one could not", async () => {
    bench.answers = [{ kind: "later" }];
    const before = bench.outbox();
    before.add(entry("k1"));
    await bench.settle();
    before.stop();
    const after = bench.outbox();
    await after.restore();
    await bench.settle();
    expect(bench.sent.map((one) => one.key)).toEqual(["k1", "k1"]);
    expect(await bench.store.all()).toEqual([]);
  });

  test("nobody sends another person's answers", async () => {
    await bench.store.put(entry("k1", { user: 2 }));
    const outbox = bench.outbox(1);
    await outbox.restore();
    await bench.settle();
    expect(bench.sent).toEqual([]);
    expect(await bench.store.all()).toHaveLength(1);
  });

  test("a browser without storage still sends", async () => {
    const broken: Store = {
      all: () => Promise.reject(new Error("no storage")),
      put: () => Promise.reject(new Error("no storage")),
      delete: () => Promise.reject(new Error("no storage")),
    };
    bench = new Bench(broken);
    const outbox = bench.outbox();
    await outbox.restore();
    outbox.add(entry("k1"));
    await bench.settle();
    expect(outbox.unsent()).toHaveLength(0);
  });
});

test("pauses double, are spread, and stay under fifteen seconds", () => {
  expect([1, 2, 3].map((n) => pauseFor(n, 1))).toEqual([500, 1000, 2000]);
  expect(pauseFor(1, 0)).toBe(250);
  expect(pauseFor(50, 1)).toBe(15_000);
});

describe("a last try before somebody leaves", () => {
  let over = false;
  const tried = async (outbox: Outbox) => {
    over = false;
    void outbox.tried(5_000).then(() => (over = true));
    await bench.settle();
    return over;
  };

  test("is over at once where nothing waits, also of an earlier page's", async () => {
    expect(await tried(bench.outbox())).toBe(true);
    expect(bench.sent).toEqual([]);
    await bench.store.put(entry("k1"));
    const later = bench.outbox();
    void later.restore();
    expect(await tried(later)).toBe(true);
    expect(bench.sent).toHaveLength(1);
  });

  test("sends what was waiting out a pause, and ends when it fails again", async () => {
    const outbox = bench.outbox();
    bench.answers = [{ kind: "later" }, { kind: "later" }];
    outbox.add(entry("k1"));
    await bench.settle();
    expect(await tried(outbox)).toBe(true);
    expect([bench.sent.length, outbox.unsent().length]).toEqual([2, 1]);
    expect(await tried(outbox)).toBe(true);
    expect(outbox.unsent()).toEqual([]);
  });

  test("waits no longer than it was told for a server that says nothing", async () => {
    let timeIsUp = () => undefined as void;
    const after = (_ms: number, then: () => void) => {
      timeIsUp = then;
      return () => undefined;
    };
    const silent = new Outbox(1, bench.store, () => new Promise(() => undefined), { after });
    silent.add(entry("k1"));
    expect(await tried(silent)).toBe(false);
    timeIsUp();
    await bench.settle();
    expect([over, silent.unsent().length]).toEqual([true, 1]);
  });
});
