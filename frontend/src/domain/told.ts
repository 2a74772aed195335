/** What a training card taught: how well an answer met the right one, beside what was said. */

import type { Card, Feedback } from "../api/types";
import type { Said } from "./answers";
import type { Deck } from "./deck";
import type { Entry } from "./outbox";

export interface Lesson {
  /** The key of the answer it is about. */
  key: string;
  user: number;
  campaign: string;
  assignment: number;
  at: number;
  /** What was sent, whatever was said since. */
  said: Said;
  feedback: Feedback;
}

export interface Told extends Lesson {
  /** Null when the card has left the history meanwhile. */
  card: Card | null;
}

export type Outcome = "right" | "partly" | "not_yet";

export function outcomeOf(score: number): Outcome {
  if (score > 0.999) return "right";
  return score > 0 ? "partly" : "not_yet";
}

export function lessonOf({ key, user, campaign, assignment, at, body }: Entry, feedback: Feedback): Lesson {
  const { answer, skip, flagged } = body;
  return { key, user, campaign, assignment, at, said: { answer, skip, flagged }, feedback };
}

/** What is to be told, with these lessons too; each is told once, beside its card. */
export function withLessons(told: readonly Told[], lessons: readonly Lesson[], deck: Deck): Told[] {
  const known = new Set(told.map(({ key }) => key));
  const cardOf = ({ assignment }: Lesson) => deck.past.find((one) => one.assignment === assignment)?.card ?? null;
  return [...told, ...lessons.filter(({ key }) => !known.has(key)).map((lesson) => ({ ...lesson, card: cardOf(lesson) }))];
}
