/** What a training card taught: how well an answer met the right one, beside what was said. */

import type { Card, Feedback } from "../api/types";
import type { Said } from "./answers";
import type { Deck } from "./deck";
import type { News } from "./outbox";

export interface Told {
  /** The key of the answer it is about. */
  key: string;
  /** Null when the card has left the history meanwhile. */
  card: Card | null;
  said: Said;
  feedback: Feedback;
}

export type Outcome = "right" | "partly" | "not_yet";

export function outcomeOf(score: number): Outcome {
  if (score > 0.999) return "right";
  return score > 0 ? "partly" : "not_yet";
}

/** Nothing for any card that is not a training card. What was said is what was sent, whatever was said since. */
export function toldBy(deck: Deck, news: News & { kind: "acknowledged" }): Told[] {
  const { entry, feedback } = news;
  if (!feedback) return [];
  const card = deck.past.find((one) => one.assignment === entry.assignment)?.card ?? null;
  const { answer, skip, flagged } = entry.body;
  return [{ key: entry.key, card, said: { answer, skip, flagged }, feedback }];
}
