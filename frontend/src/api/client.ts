/**
 * Every call the browser makes, and the one place where an answer becomes a value or an `ApiError`.
 *
 * This file knows nothing of React and keeps no state besides the CSRF cookie that the server sets.
 */

import type {
  AnswerBody,
  Campaign,
  Card,
  Dashboard,
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

function csrfToken(): string {
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

async function failure(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  if (body && typeof body === "object" && "code" in body && "message" in body) {
    const { code, message } = body as { code: unknown; message: unknown };
    const context = "context" in body ? (body.context as Record<string, unknown> | null) : null;
    return new ApiError(response.status, String(code), String(message), context ?? {});
  }
  const sentence = response.status >= 500 ? OFFLINE : `The server refused the request (${response.status}).`;
  return new ApiError(response.status, `http_${response.status}`, sentence);
}

interface Options {
  body?: unknown;
  keepalive?: boolean;
}

async function request<T>(method: string, path: string, { body, keepalive = false }: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      keepalive,
      credentials: "same-origin",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError(0, "unreachable", OFFLINE);
  }
  if (!response.ok) throw await failure(response);
  if (response.status === 204) return null as T;
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiError(0, "unreachable", OFFLINE);
  }
}

const part = encodeURIComponent;
const get = <T>(path: string) => request<T>("GET", path);
const post = <T>(path: string, body: unknown = {}) => request<T>("POST", path, { body });
const results = async <T>(path: string) => (await get<{ results: T[] }>(path)).results;

export const api = {
  session: async () => (await get<{ user: User | null }>("/session")).user,
  signIn: async (username: string, password: string) =>
    (await post<{ user: User }>("/session", { username, password })).user,
  signOut: () => request<null>("DELETE", "/session"),

  myCampaigns: () => results<MyCampaign>("/campaigns"),
  myCampaign: (slug: string) => get<MyCampaign>(`/campaigns/${part(slug)}`),
  claim: async (slug: string, n: number, hold: number[]) =>
    (await post<{ cards: Card[] } | null>(`/campaigns/${part(slug)}/claim`, { n, hold }))?.cards ?? [],
  renew: (assignment: number, lease_number: number) =>
    post<{ leased_until: string }>(`/assignments/${assignment}/renew`, { lease_number }),
  release: (assignment: number, lease_number: number) =>
    request<null>("POST", `/assignments/${assignment}/release`, { body: { lease_number }, keepalive: true }),
  answer: (assignment: number, body: AnswerBody & { lease_number: number }) =>
    post<{ annotation: number }>(`/assignments/${assignment}/annotation`, body),
  revise: (annotation: number, body: AnswerBody) =>
    post<{ annotation: number }>(`/annotations/${annotation}/revise`, body),
  myAnswers: (slug: string) => results<PastAnswer>(`/campaigns/${part(slug)}/my-answers?limit=10`),

  campaigns: () => results<Campaign>("/campaigns"),
  createCampaign: (campaign: NewCampaign) => post<Campaign>("/campaigns", campaign),
  moveCampaign: (slug: string, move: "open" | "pause" | "close") => post<Campaign>(`/campaigns/${part(slug)}/${move}`),
  dashboard: (slug: string) => get<Dashboard>(`/campaigns/${part(slug)}/dashboard`),
  preview: (slug: string, n: number) => get<Preview>(`/campaigns/${part(slug)}/preview?n=${n}`),
  retrain: (slug: string) => post<Job>(`/campaigns/${part(slug)}/retrain`),
  labelSets: (slug: string) => results<LabelSet>(`/campaigns/${part(slug)}/label-sets`),
  freeze: (slug: string) => post<LabelSet>(`/campaigns/${part(slug)}/label-sets`),
  exportUrl: (labelSet: number, as: "jsonl" | "parquet") =>
    `/api/v1/label-sets/${labelSet}/export?format=trl-preference&as=${as}`,

  rewardModels: () => results<Version>("/reward-models"),
  runs: () => results<Run>("/runs"),
  groups: (run: string, step: string, cursor: string) => {
    const query = new URLSearchParams({ limit: "10", ...(step ? { step } : {}), ...(cursor ? { cursor } : {}) });
    return get<{ results: Group[]; next: string | null }>(`/runs/${part(run)}/groups?${query}`);
  },
  jobs: () => results<Job>("/jobs"),
  job: (id: string) => get<JobWithLog>(`/jobs/${part(id)}`),
  cancelJob: (id: number) => post<Job>(`/jobs/${id}/cancel`),
};
