/** The questions of a new campaign's form, as they are composed: a kind each, and what that kind needs to be told. */

import { t } from "../i18n";

export const KINDS = [
  { kind: "pair", title: "Which of two is better", fewest: 2, most: 2 },
  { kind: "best_worst", title: "The best and the worst", fewest: 2, most: 8 },
  { kind: "ranking", title: "A full ranking", fewest: 2, most: 8 },
  { kind: "rating", title: "Ratings on several criteria", fewest: 1, most: 8 },
  { kind: "binary", title: "Good or bad", fewest: 1, most: 8 },
  { kind: "steps", title: "Marks on every step", fewest: 1, most: 8 },
  { kind: "spans", title: "Errors highlighted in the text", fewest: 1, most: 8 },
  { kind: "critique", title: "A critique in words", fewest: 1, most: 8 },
  { kind: "edit", title: "A corrected answer", fewest: 1, most: 8 },
] as const;

export type Kind = (typeof KINDS)[number]["kind"];

export interface Asked {
  kind: Kind;
  name: string;
  title: string;
  /** Criteria of a rating or types of spans, separated by commas. */
  parts: string;
  required: boolean;
}

const NAMES: Record<Kind, string> = {
  pair: "preference",
  best_worst: "best",
  ranking: "ranking",
  rating: "rating",
  binary: "verdict",
  steps: "steps",
  spans: "errors",
  critique: "critique",
  edit: "correction",
};

export function needsParts(kind: Kind): boolean {
  return kind === "rating" || kind === "spans";
}

export function freshQuestion(kind: Kind, others: readonly Asked[] = []): Asked {
  const taken = new Set(others.map((one) => one.name));
  let name = NAMES[kind];
  for (let n = 2; taken.has(name); n += 1) name = `${NAMES[kind]}-${n}`;
  return { kind, name, title: "", parts: kind === "rating" ? "helpful, honest" : kind === "spans" ? "wrong, unclear" : "", required: true };
}

const slug = (text: string) =>
  text
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);

const listed = (parts: string) =>
  parts
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean)
    .map((title) => ({ name: slug(title), title }));

export function toQuestion({ kind, name, title, parts, required }: Asked): Record<string, unknown> {
  return {
    kind,
    name,
    required,
    ...(title.trim() ? { title: title.trim() } : {}),
    ...(kind === "rating" ? { criteria: listed(parts) } : {}),
    ...(kind === "spans" ? { types: listed(parts) } : {}),
  };
}

/** What the server would refuse, said before anything is sent. */
export function problemsOfForm(asked: readonly Asked[], completions: number): string | null {
  if (asked.length === 0) return t("Ask at least one question.");
  for (const one of asked) {
    const kind = KINDS.find(({ kind: known }) => known === one.kind);
    if (kind && (completions < kind.fewest || completions > kind.most)) {
      return t("“{{title}}” cannot be asked about {{n}} completions at once.", { title: t(kind.title), n: completions });
    }
    if (needsParts(one.kind) && listed(one.parts).some(({ name }) => !name)) return t("Every part needs a name with a letter or digit.");
    if (needsParts(one.kind) && listed(one.parts).length === 0) return t("Name at least one part, such as “helpful, honest”.");
  }
  return null;
}
