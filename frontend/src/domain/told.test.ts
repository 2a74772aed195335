import { expect, test } from "vitest";

import type { Card } from "../api/types";
import { answer, claimed, emptyDeck, reopen, revise } from "./deck";
import type { Entry } from "./outbox";
import { lessonOf, outcomeOf, withLessons } from "./told";

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
const lesson = lessonOf(entry, feedback);
const answered = answer(claimed(emptyDeck, [card]), first, "k1");

test("only the whole right answer is called right, and something right is partly", () => {
  expect([1, 0.9, 0.01, 0].map(outcomeOf)).toEqual(["right", "partly", "partly", "not_yet"]);
});

test("what is told stands beside what was sent, with its card", () => {
  expect(withLessons([], [lesson], answered)).toEqual([{ ...lesson, card }]);
  expect(lesson).toMatchObject({ key: "k1", user: 1, campaign: "helpful", said: first, feedback });
});

test("an answer that was changed before it was heard is told about as it was sent", () => {
  const changed = revise(reopen(answered, "k1"), second, "k2");
  expect(withLessons([], [lesson], changed)).toMatchObject([{ card, said: first }]);
});

test("a card that has left the history is still told about", () => {
  expect(withLessons([], [lesson], emptyDeck)).toEqual([{ ...lesson, card: null }]);
});

test("what an earlier page left unread is told once, after what is being read", () => {
  const other = { ...lesson, key: "k0" };
  const told = withLessons([], [lesson], answered);
  expect(withLessons(told, [other, lesson], answered).map(({ key }) => key)).toEqual(["k1", "k0"]);
});
