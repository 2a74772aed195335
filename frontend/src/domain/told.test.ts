import { expect, test } from "vitest";

import type { Card } from "../api/types";
import { answer, claimed, emptyDeck, reopen, revise } from "./deck";
import type { Entry } from "./outbox";
import { outcomeOf, toldBy } from "./told";

const card: Card = { assignment: 7, lease_number: 1, leased_until: "", prompt: "Why?", completions: [] };
const first = { answer: { preference: { choice: "first", strength: 2 } }, skip: null, flagged: false } as const;
const second = { answer: { preference: { choice: "second", strength: 2 } }, skip: null, flagged: false } as const;
const feedback = { score: 0, answer: { preference: { choice: "second", strength: null } }, explanation: "It is kinder." } as const;
const entry: Entry = {
  key: "k1",
  user: 1,
  campaign: "helpful",
  assignment: 7,
  lease_number: 1,
  revises: null,
  body: { ...first, idempotency_key: "k1" },
  at: 0,
};
const acknowledged = { kind: "acknowledged", entry, annotation: 3 } as const;
const answered = answer(claimed(emptyDeck, [card]), first, "k1");

test("only the whole right answer is called right, and something right is partly", () => {
  expect([1, 0.9, 0.01, 0].map(outcomeOf)).toEqual(["right", "partly", "partly", "not_yet"]);
});

test("a card that teaches nothing tells nothing", () => {
  expect(toldBy(answered, { ...acknowledged, feedback: null })).toEqual([]);
});

test("what is told stands beside what was sent, with its card", () => {
  expect(toldBy(answered, { ...acknowledged, feedback })).toEqual([{ key: "k1", card, said: first, feedback }]);
});

test("an answer that was changed before it was heard is told about as it was sent", () => {
  const changed = revise(reopen(answered, "k1"), second, "k2");
  expect(toldBy(changed, { ...acknowledged, feedback })).toEqual([{ key: "k1", card, said: first, feedback }]);
});

test("a card that has left the history is still told about", () => {
  expect(toldBy(emptyDeck, { ...acknowledged, feedback })).toEqual([{ key: "k1", card: null, said: first, feedback }]);
});
