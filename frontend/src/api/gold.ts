/** Cards whose answer is known, and disputes that somebody decides. */

import type { Answer } from "../domain/form";
import { at, server, value } from "./client";
import type { components } from "./schema";
import type { Completion, Text } from "./types";

type Schemas = components["schemas"];
type Narrowed<Base, Narrow> = Omit<Base, keyof Narrow> & Narrow;

export type GoldItem = Narrowed<Schemas["GoldOut"], { prompt: Text; completions: Text[]; answer: Answer }>;
export type Use = GoldItem["use"];
export type GoldCompletion = Narrowed<Schemas["GoldCompletion"], { text: Text }>;
export type GoldCard = Narrowed<Schemas["GoldCard"], { prompt: Text; completions: GoldCompletion[] }>;
/** What it is about: somebody's answer, or rollouts with the answer about them in that order. */
export type About = { annotation: number } | { rollouts: number[]; answer: Answer };

export interface StandingAnswer {
  answer: Answer;
  comment: string;
}
export type Dispute = Narrowed<Schemas["DisputeOut"], { prompt: Text; completions: Completion[]; said: StandingAnswer[] }>;
export type DisputePage = Narrowed<Schemas["DisputeList"], { results: Dispute[] }>;

export interface Decision {
  answer: Answer;
  flagged: boolean;
  comment: string;
  active_ms: number;
  /** Sent again with the same key, a decision counts once. */
  idempotency_key: string;
}

export const gold = {
  items: async (slug: string) =>
    (await value<{ results: GoldItem[] }>(server.GET("/api/v1/campaigns/{slug}/gold", at({ slug })))).results,
  make: (slug: string, about: About, use: Use, explanation: string) =>
    value<GoldItem>(server.POST("/api/v1/campaigns/{slug}/gold", { ...at({ slug }), body: { ...about, use, explanation } })),
  retire: (slug: string, item: number) =>
    value<GoldItem>(server.POST("/api/v1/campaigns/{slug}/gold/{item}/retire", at({ slug, item }))),
  card: (slug: string, group: number | null) =>
    value<GoldCard>(
      server.GET("/api/v1/campaigns/{slug}/gold/card", { params: { path: { slug }, query: group === null ? {} : { group } } }),
    ),
  disputes: (slug: string, after: number) =>
    value<DisputePage>(server.GET("/api/v1/campaigns/{slug}/disputes", { params: { path: { slug }, query: { after } } })),
  decide: (slug: string, task: number, decision: Decision) =>
    value<{ annotation: number }>(
      server.POST("/api/v1/campaigns/{slug}/disputes/{task}", { ...at({ slug, task }), body: decision }),
    ),
};
