/** What managers look up: rollouts, groups, trends, answers to read again, budgets ahead, tables to take away. */

import { at, server, value } from "./client";
import type { components, paths } from "./schema";
import type { Campaign, NewCampaign, PastAnswer, Preview, Text } from "./types";

type Schemas = components["schemas"];
type Narrowed<Base, Narrow> = Omit<Base, keyof Narrow> & Narrow;

export type RolloutRow = Schemas["RolloutRow"];
export type RolloutPage = Schemas["RolloutPage"];
export type RolloutQuery = NonNullable<paths["/api/v1/rollouts"]["get"]["parameters"]["query"]>;
export type Trends = Schemas["TrendsOut"];
export type TrendPoint = Schemas["TrendPoint"];

export interface GroupScore {
  model: string;
  version: number;
  state: string;
  mean: number;
  spread: number;
}
export type WholeRollout = Narrowed<Schemas["GroupRolloutOut"], { completion: Text; scores: GroupScore[]; reward_parts: Record<string, number | null> }>;
export type GivenLabel = Schemas["GivenLabel"];
export type WholeGroup = Narrowed<Schemas["WholeGroupOut"], { prompt: Text; rollouts: WholeRollout[] }>;

export type ReadAnswer = Narrowed<Schemas["ReadAnswer"], { prompt: Text; completions: { rollout: number; text: Text }[] }>;
export type ReviewQuery = NonNullable<paths["/api/v1/campaigns/{slug}/answers"]["get"]["parameters"]["query"]>;
export type Returned = PastAnswer & Pick<Schemas["Returned"], "note" | "returned_by">;
export type BudgetAhead = Schemas["BudgetAhead"];
export type Alarm = Schemas["AlarmOut"];

export const desk = {
  rollouts: (query: RolloutQuery) => value<RolloutPage>(server.GET("/api/v1/rollouts", { params: { query } })),
  group: (group: number) => value<WholeGroup>(server.GET("/api/v1/groups/{group}", at({ group }))),
  trends: (run: string) => value<Trends>(server.GET("/api/v1/runs/{run}/trends", at({ run }))),
  budget: (slug: string) => value<BudgetAhead>(server.GET("/api/v1/campaigns/{slug}/budget", at({ slug }))),
  topUp: (slug: string, body: Schemas["TopUpInRequest"]) =>
    value<Campaign>(server.POST("/api/v1/campaigns/{slug}/top-up", { ...at({ slug }), body })),
  answers: (slug: string, query: ReviewQuery) =>
    value<{ results: ReadAnswer[]; next: number | null }>(
      server.GET("/api/v1/campaigns/{slug}/answers", { params: { path: { slug }, query } }),
    ),
  review: (annotation: number, verdict: "accepted" | "returned", note: string) =>
    value<Schemas["ReviewOut"]>(
      server.POST("/api/v1/annotations/{annotation}/review", { ...at({ annotation }), body: { verdict, note } }),
    ),
  returned: async (slug: string) =>
    (await value<{ results: Returned[] }>(server.GET("/api/v1/campaigns/{slug}/returned", at({ slug })))).results,
  dryRun: (body: NewCampaign) => value<Preview>(server.POST("/api/v1/dry-run", { body })),
  liveUrl: (slug: string) => `/api/v1/campaigns/${encodeURIComponent(slug)}/live`,
};

/** Where a whole table can be had as CSV. */
export const csv = {
  campaigns: "/api/v1/campaigns.csv",
  runs: "/api/v1/runs.csv",
  jobs: "/api/v1/jobs.csv",
  people: "/api/v1/people.csv",
  groupRollouts: (group: number) => `/api/v1/groups/${group}/rollouts.csv`,
  groupLabels: (group: number) => `/api/v1/groups/${group}/labels.csv`,
  rollouts: (query: RolloutQuery) => `/api/v1/rollouts.csv?${new URLSearchParams(Object.entries(query).map(([name, one]) => [name, String(one)]))}`,
  readAgain: (slug: string, query: ReviewQuery) =>
    `/api/v1/campaigns/${encodeURIComponent(slug)}/answers.csv?${new URLSearchParams(Object.entries(query).map(([name, one]) => [name, String(one)]))}`,
  trends: (run: string) => `/api/v1/runs/${encodeURIComponent(run)}/trends.csv`,
  table: (slug: string, table: string) => `/api/v1/campaigns/${encodeURIComponent(slug)}/tables/${table}.csv`,
};
