/** The audit log's words as people read them. A kind this page does not know stays as the server writes it. */

import type { AuditFilters } from "../api/people";
import { t } from "../i18n";
import { dated } from "./format";

const KINDS = {
  "answer.reviewed": "read an answer a second time",
  "audit.forgotten": "forgot old entries of this log",
  "budget.topped_up": "topped the budget up",
  "campaign.closed": "closed the campaign",
  "campaign.created": "drafted the campaign",
  "campaign.discarded": "discarded a draft",
  "campaign.edited": "changed a draft",
  "campaign.opened": "opened the campaign",
  "campaign.paused": "paused the campaign",
  "dispute.decided": "decided a dispute",
  "export.downloaded": "downloaded a file",
  "gold.made": "chose a known answer",
  "gold.retired": "retired a known answer",
  "invitation.made": "made an invitation",
  "invitation.revoked": "took an invitation back",
  "labels.frozen": "froze a label set",
  "membership.added": "joined the campaign",
  "membership.paused": "paused a member",
  "membership.removed": "removed a member",
  "membership.resumed": "let a member go on",
  "membership.role_changed": "changed a role in a campaign",
  "person.changed": "changed a person",
  "person.linked": "linked single sign-on",
  "person.made": "made an account",
  "person.password_change_refused": "gave a wrong current password",
  "person.password_changed": "changed their password",
  "person.sign_in_failed": "failed to sign in",
  "person.sign_in_throttled": "was stopped from guessing",
  "person.signed_in": "signed in",
  "person.signed_out": "signed out",
  "person.signed_out_everywhere": "signed out everywhere else",
  "run.made": "made a run",
  "token.made": "made a token",
  "token.revoked": "revoked a token",
  "training.asked": "asked for a training",
  "training.cancelled": "cancelled a job",
} as const;

export function kindName(kind: string): string {
  return Object.hasOwn(KINDS, kind) ? t(KINDS[kind as keyof typeof KINDS]) : kind;
}

const FIELDS = ["actor", "campaign", "about", "kind", "from", "to"] as const;
/** What somebody looks for, as it was typed. */
export type Asked = Partial<Record<(typeof FIELDS)[number], string>>;

/** What is looked for in an address; what it says besides is left out. */
export function askedOf(address: URLSearchParams): Asked {
  return Object.fromEntries(FIELDS.map((name) => [name, address.get(name)?.trim()]).filter(([, value]) => value)) as Asked;
}

/** The address that says so, and nothing of what is empty. */
export function addressOf(asked: Asked): URLSearchParams {
  return new URLSearchParams(askedOf(new URLSearchParams(asked)));
}

/** What was typed above the log as what the server is asked: days are the reader's own, the last one whole. */
export function withDays({ from, to, ...rest }: Asked): AuditFilters {
  const since = from && startOf(from, 0);
  const until = to && startOf(to, 1);
  return { ...rest, ...(since ? { since } : {}), ...(until ? { until } : {}) };
}

/** Midnight here, so many days after a date as an input writes it; nothing for what is no date. */
function startOf(day: string, later: number): string | null {
  const [year = NaN, month = NaN, date = NaN] = day.split("-").map(Number);
  const start = new Date(year, month - 1, date + later);
  return Number.isNaN(start.getTime()) ? null : start.toISOString();
}

export interface Change {
  field: string;
  was: string | null;
  is: string | null;
}

/** One line per field that either side names, settings inside settings by their path; what is equal on both is left out. */
export function changes(was: Record<string, unknown> | null, is: Record<string, unknown> | null): Change[] {
  const [before, after] = [fieldsOf(was ?? {}), fieldsOf(is ?? {})];
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields
    .map((field) => ({ field, was: shown(before[field]), is: shown(after[field]) }))
    .filter((change) => change.was !== change.is);
}

function fieldsOf(values: Record<string, unknown>, within = ""): Record<string, unknown> {
  const found = Object.entries(values).map(([name, value]) =>
    value && typeof value === "object" && !Array.isArray(value) ? fieldsOf(value as Record<string, unknown>, `${within}${name}.`) : { [`${within}${name}`]: value },
  );
  return Object.assign({}, ...found) as Record<string, unknown>;
}

/** How many changed fields are read at once; more of them fold away. */
export const MANY = 6;

/** What is too long for a line folds away. */
export const LONG = 120;

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

function shown(value: unknown): string | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "string") return MOMENT.test(value) ? dated(value) : value;
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join(", ");
  return JSON.stringify(value);
}
