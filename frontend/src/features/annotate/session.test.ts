/** A session between a server that answers as told and an outbox that sends when told. */

import "fake-indexeddb/auto";

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { begun } from "../../api/begun";
import { api, ApiError } from "../../api/client";
import { desk } from "../../api/desk";
import { keptHere } from "../../api/keptHere";
import type { Card, MyCampaign, PastAnswer } from "../../api/types";
import type { Said } from "../../domain/answers";
import type { Begun } from "../../domain/begun";
import { shown } from "../../domain/deck";
import * as forms from "../../domain/form";
import { type Entry, Outbox, type Outcome } from "../../domain/outbox";
import { shownOf } from "../../domain/shown";
import { JudgingSession } from "./session";

const FORM = [{ kind: "pair", name: "preference" }] as const;
const LEFT: Said = { answer: { preference: { choice: "first", strength: 2 } }, skip: null, flagged: false };
const SKIP: Said = { answer: null, skip: "other", flagged: false };

const card = (assignment: number): Card => ({
  assignment,
  lease_number: 1,
  leased_until: "2100-01-01T00:00:00Z",
  prompt: "p",
  completions: [{ text: "left", steps: null }, { text: "right", steps: null }],
  notes: {},
});

/** What the server says to the next entries; without any, they stay on their way. */
let outcomes: Outcome[];
let dealt: Card[];
let session: JudgingSession;

function makeSession(left: Entry[] = [], put = () => Promise.resolve()): JudgingSession {
  const send = (_entry: Entry): Promise<Outcome> => Promise.resolve(outcomes.shift() ?? { kind: "later" });
  const store = { all: () => Promise.resolve(left), put, delete: () => Promise.resolve() };
  const outbox = new Outbox(1, store, send, { after: () => () => undefined });
  void outbox.restore();
  return new JudgingSession("c", FORM, 1, outbox);
}

/** Counted in turns, not in time: a busy machine may let one long pause pass without a turn for anybody else. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
}

async function started(put?: () => Promise<void>): Promise<JudgingSession> {
  session = makeSession([], put);
  session.start();
  await settle();
  return session;
}

beforeEach(() => {
  outcomes = [];
  dealt = [1, 2, 3, 4, 5].map(card);
  vi.spyOn(api, "claim").mockImplementation((_slug, n) => Promise.resolve(dealt.splice(0, n)));
  vi.spyOn(api, "release").mockResolvedValue(undefined);
  vi.spyOn(api, "myAnswers").mockResolvedValue([]);
  vi.spyOn(api, "myCampaign").mockResolvedValue({ state: "open" } as MyCampaign);
  vi.spyOn(desk, "returned").mockResolvedValue([]);
});

afterEach(async () => {
  session.stop(false);
  await begun.forget(1);
  vi.restoreAllMocks();
});

describe("answers are counted", () => {
  const count = () => session.getSnapshot().answered;

  test("when given, and no longer when refused", async () => {
    outcomes = [{ kind: "taken", annotation: 1 }, { kind: "refused", code: "lease_lost", message: "gone" }];
    await started();
    session.say(LEFT, 1, "");
    session.say(LEFT, 1, "");
    expect(count()).toBe(2);
    await settle();
    expect(count()).toBe(1);
  });

  test("a skip is none, whichever of the two comes second", async () => {
    await started();
    session.say(SKIP, 1, "");
    expect(count()).toBe(0);
    session.undo();
    session.say(LEFT, 1, "");
    expect(count()).toBe(1);
    session.undo();
    session.say(SKIP, 1, "");
    expect(count()).toBe(0);
  });
});

describe("refusals", () => {
  test("of an answer and its revision leave words about the answer, and a card that can be answered", async () => {
    await started();
    outcomes = [{ kind: "refused", code: "lease_lost", message: "gone" }];
    session.say(LEFT, 1, "");
    session.undo();
    session.say(SKIP, 1, "");
    session.undo();
    await settle();
    const { deck, notice } = session.getSnapshot();
    expect(notice).toContain("your answer to it was not counted");
    expect(shown(deck)).toMatchObject({ card: { assignment: 2 }, past: null });
    session.say(LEFT, 1, "");
    expect(shown(session.getSnapshot().deck)?.card.assignment).toBe(3);
  });
});

test("after the campaign was closed no earlier answer is opened: its change would be refused", async () => {
  await started();
  session.say(LEFT, 1, "");
  vi.spyOn(api, "claim").mockRejectedValue(new ApiError(409, "campaign_closed", "closed"));
  for (let n = 0; n < 5; n += 1) session.say(LEFT, 1, "");
  await settle();
  expect(session.getSnapshot().supply).toBe("closed");
  session.undo();
  const { deck, notice } = session.getSnapshot();
  expect([deck.reopened, notice]).toEqual([null, "This campaign is not asking any more, so your earlier answer stands."]);
  session.reopen(deck.past[0]?.key ?? "");
  expect(session.getSnapshot().deck.reopened).toBeNull();
});

test("a card whose answer an earlier page left unsent is not dealt again", async () => {
  const body = { ...SKIP, idempotency_key: "k" };
  session = makeSession([{ key: "k", user: 1, campaign: "c", assignment: 3, lease_number: 1, revises: null, body, at: 0 }]);
  session.start();
  await settle();
  expect(vi.mocked(api.claim).mock.calls[0]).toEqual(["c", 5, [3]]);
});

describe("half-said words", () => {
  const type = (note: string) => {
    const card = session.getSnapshot().deck.queue[0]!;
    const blank = { filled: forms.begin(FORM, shownOf(card.completions)), flagged: false, note: "" };
    session.keep({ card, past: null }, { ...blank, note }, blank);
  };
  const onDevice = async () => (await keptHere<Begun>("begun", "tiebreak-begun").all()).map(({ assignment, note }) => [assignment, note]);
  const until = (words: [assignment: number, note: string][]) => vi.waitFor(async () => expect(await onDevice()).toEqual(words), 30_000);

  test("leave this device only once the answer made of them is stored, whatever is typed by then", async () => {
    let stored = () => {};
    await started(() => new Promise((resolve) => (stored = resolve)));
    type("so far");
    await until([[1, "so far"]]);
    session.say(LEFT, 1, "so far and to its end");
    type("of the next");
    await settle();
    expect(await onDevice()).toEqual([[1, "so far"]]);
    type("of the next, and more");
    stored();
    await until([[2, "of the next, and more"]]);
    session.say(LEFT, 1, "of the next, and more");
    await settle();
    expect(await onDevice()).toEqual([[2, "of the next, and more"]]);
    stored();
    await until([]);
  });

  test("do not wait for ever for storage that takes no answer", async () => {
    await started(() => Promise.reject(new Error("full")));
    session.say(LEFT, 1, "");
    type("of the next");
    await until([[2, "of the next"]]);
  });
});

describe("cards dealt to somebody who has gone", () => {
  const dealtLate = async (left: boolean) => {
    let deal = (): void => undefined;
    vi.mocked(api.claim).mockImplementation((_slug, n) => new Promise((done) => (deal = () => done(dealt.splice(0, n)))));
    session = makeSession();
    session.start();
    await vi.waitFor(() => expect(api.claim).toHaveBeenCalled());
    session.stop(left);
    deal();
    await settle();
    return vi.mocked(api.release).mock.calls.map(([assignment]) => assignment);
  };

  test("are given back", async () => expect(await dealtLate(true)).toEqual([1, 2, 3, 4, 5]));
  test("are kept for the other tab that took over", async () => expect(await dealtLate(false)).toEqual([]));
});

test("an answer that came back is shown first, with what was written about it", async () => {
  const old: PastAnswer = { annotation: 7, assignment: 99, ...LEFT, skip: "", comment: "", at: "", card: card(99) };
  vi.mocked(desk.returned).mockResolvedValue([{ ...old, returned_by: "mia", note: "Look again." }]);
  await started();
  expect(session.getSnapshot().notice).toBe("mia returned this answer: Look again.");
  expect(shown(session.getSnapshot().deck)?.card.assignment).toBe(99);
});
