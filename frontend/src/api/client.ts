/**
 * Every call the browser makes, and the one place where an answer becomes a value or an `ApiError`.
 *
 * Paths and bodies are checked against the generated schema. This file knows nothing of React and keeps no state.
 */

import createClient from "openapi-fetch";

import { t } from "../i18n";
import { ANOTHER, PERSON, somebodyElse, turn, whose } from "./person";
import type { paths } from "./schema";
import type {
  AnswerBody,
  Campaign,
  Card,
  Dashboard,
  DraftChange,
  Feedback,
  Group,
  Job,
  JobWithLog,
  LabelSet,
  MyCampaign,
  NewCampaign,
  PastAnswer,
  Preview,
  Run,
  User,
  Version,
} from "./types";

/** A refusal by the server, or (status 0) no answer at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly context: Record<string, unknown> = {},
  ) {
    super(message);
  }

  /** Whether the same request can succeed later without anybody changing it. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

const OFFLINE = "The server cannot be reached right now.";
/** The code of a refusal that is not in the server's form: something on the way to it may have spoken. */
export const NOT_IN_ITS_FORM = "refused";

export const server = createClient<paths>({ credentials: "same-origin" });

/** Asking who is here, and signing in, is nobody's yet. */
function isAnybodys({ method, url }: Request): boolean {
  return method !== "DELETE" && url.endsWith("/api/v1/session");
}

server.use({
  onRequest({ request }) {
    const person = whose();
    if (person !== null && !request.headers.has(PERSON) && !isAnybodys(request)) request.headers.set(PERSON, String(person));
    if (request.method !== "GET") {
      request.headers.set("X-CSRFToken", /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "");
    }
    return request;
  },
});

function refusal(status: number, body: unknown, asked: number): ApiError {
  if (body && typeof body === "object" && "code" in body && "message" in body) {
    const context = "context" in body ? (body.context as Record<string, unknown> | null) : null;
    // A refusal that was long on its way may meet its person signed in again.
    if (body.code === ANOTHER && asked === turn()) somebodyElse();
    return new ApiError(status, String(body.code), String(body.message), context ?? {});
  }
  if (status >= 500) return new ApiError(status, "unreachable", OFFLINE);
  return new ApiError(status, NOT_IN_ITS_FORM, t("The server refused the request ({{status}}).", { status: String(status) }));
}

/** The value of an answer to what is asked now. `T` narrows what the schema leaves open; see types.ts. */
export async function value<T>(call: Promise<{ data?: unknown; error?: unknown; response: Response }>): Promise<T> {
  const asked = turn();
  const { data, error, response } = await call.catch(() => {
    throw new ApiError(0, "unreachable", OFFLINE);
  });
  if (!response.ok) throw refusal(response.status, error, asked);
  return data as T;
}

export async function results<T>(call: Promise<{ data?: unknown; error?: unknown; response: Response }>): Promise<T[]> {
  return (await value<{ results: T[] }>(call)).results;
}

/** Said by this person, whoever's page it is by now. */
const by = (user: number) => ({ headers: { [PERSON]: String(user) } });

export const at = <P>(path: P) => ({ params: { path } });

export const api = {
  /** Who is here; and what the button of the organisation's sign-on says, null where there is none. */
  whoIsHere: () => value<{ user: User | null; single_sign_on: string | null }>(server.GET("/api/v1/session")),
  session: async (): Promise<User | null> => (await api.whoIsHere()).user,
  signIn: async (username: string, password: string) =>
    (await value<{ user: User }>(server.POST("/api/v1/session", { body: { username, password } }))).user,
  signOut: () => value<undefined>(server.DELETE("/api/v1/session")),

  myCampaigns: () => results<MyCampaign>(server.GET("/api/v1/campaigns")),
  myCampaign: (slug: string) => value<MyCampaign>(server.GET("/api/v1/campaigns/{slug}", at({ slug }))),
  claim: async (slug: string, n: number, hold: number[]) => {
    const call = server.POST("/api/v1/campaigns/{slug}/claim", { ...at({ slug }), body: { n, hold } });
    return (await value<{ cards: Card[] } | undefined>(call))?.cards ?? [];
  },
  renew: (assignment: number, lease_number: number) =>
    value<{ leased_until: string }>(
      server.POST("/api/v1/assignments/{assignment}/renew", { ...at({ assignment }), body: { lease_number } }),
    ),
  release: (assignment: number, lease_number: number) =>
    value<undefined>(
      server.POST("/api/v1/assignments/{assignment}/release", {
        ...at({ assignment }),
        body: { lease_number },
        keepalive: true,
      }),
    ),
  answer: (user: number, assignment: number, body: AnswerBody & { lease_number: number }) =>
    value<{ annotation: number; feedback: Feedback | null }>(
      server.POST("/api/v1/assignments/{assignment}/annotation", { ...at({ assignment }), ...by(user), body }),
    ),
  revise: (user: number, annotation: number, body: AnswerBody) =>
    value<{ annotation: number; feedback: Feedback | null }>(
      server.POST("/api/v1/annotations/{annotation}/revise", { ...at({ annotation }), ...by(user), body }),
    ),
  myAnswers: (slug: string) =>
    results<PastAnswer>(
      server.GET("/api/v1/campaigns/{slug}/my-answers", { params: { path: { slug }, query: { limit: 10 } } }),
    ),

  /** Those this person manages: all of them, or the ones where their role says so. */
  campaigns: async () => (await results<Campaign>(server.GET("/api/v1/campaigns"))).filter(({ budget }) => budget),
  /** As whoever manages it sees it. */
  campaign: (slug: string) => value<Campaign>(server.GET("/api/v1/campaigns/{slug}", at({ slug }))),
  createCampaign: (body: NewCampaign) => value<Campaign>(server.POST("/api/v1/campaigns", { body })),
  editCampaign: (slug: string, body: DraftChange) => value<Campaign>(server.PATCH("/api/v1/campaigns/{slug}", { ...at({ slug }), body })),
  discardCampaign: (slug: string) => value<undefined>(server.DELETE("/api/v1/campaigns/{slug}", at({ slug }))),
  moveCampaign: (slug: string, move: "open" | "pause" | "close") =>
    value<Campaign>(server.POST(`/api/v1/campaigns/{slug}/${move}`, at({ slug }))),
  dashboard: (slug: string) => value<Dashboard>(server.GET("/api/v1/campaigns/{slug}/dashboard", at({ slug }))),
  preview: (slug: string, n: number) =>
    value<Preview>(server.GET("/api/v1/campaigns/{slug}/preview", { params: { path: { slug }, query: { n } } })),
  retrain: (slug: string) => value<Job>(server.POST("/api/v1/campaigns/{slug}/retrain", at({ slug }))),
  labelSets: (slug: string) => results<LabelSet>(server.GET("/api/v1/campaigns/{slug}/label-sets", at({ slug }))),
  freeze: (slug: string) => value<LabelSet>(server.POST("/api/v1/campaigns/{slug}/label-sets", at({ slug }))),
  exportUrl: (labelSet: number, format: string, as: "jsonl" | "parquet", split: "train" | "heldout" | "all") =>
    `/api/v1/label-sets/${labelSet}/export?${new URLSearchParams({ format, as, split })}`,
  answersUrl: (slug: string, as: "jsonl" | "parquet") =>
    `/api/v1/campaigns/${encodeURIComponent(slug)}/annotations/export?${new URLSearchParams({ as })}`,

  rewardModels: () => results<Version>(server.GET("/api/v1/reward-models")),
  runs: () => results<Run>(server.GET("/api/v1/runs")),
  groups: (run: string, step: string, cursor: number | null) => {
    const query = { limit: 10, ...(step ? { step: Number(step) } : {}), ...(cursor ? { cursor } : {}) };
    return value<{ results: Group[]; next: number | null }>(
      server.GET("/api/v1/runs/{run}/groups", { params: { path: { run }, query } }),
    );
  },
  jobs: () => results<Job>(server.GET("/api/v1/jobs")),
  job: (job: number) => value<JobWithLog>(server.GET("/api/v1/jobs/{job}", at({ job }))),
  cancelJob: (job: number) => value<Job>(server.POST("/api/v1/jobs/{job}/cancel", at({ job }))),
};
