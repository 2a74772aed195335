/** The questions of a new campaign's form, as they are composed: a kind each, and what that kind needs to be told. */

import { t } from "../i18n";
import { numberOf, problemOfNumber } from "./typedNumber";

export const KINDS = [
  { kind: "pair", title: "Which of two is better", question: "Which completion is better?", compares: true, fewest: 2, most: 2 },
  { kind: "best_worst", title: "The best and the worst", question: "Which completion is the best, and which the worst?", compares: true, fewest: 2, most: 8 },
  { kind: "ranking", title: "A full ranking", question: "How do these completions rank?", compares: true, fewest: 2, most: 8 },
  { kind: "rating", title: "Ratings on several criteria", question: "How good is each completion?", compares: true, fewest: 1, most: 8 },
  { kind: "binary", title: "Good or bad", question: "Is each completion good or bad?", compares: true, fewest: 1, most: 8 },
  { kind: "steps", title: "Marks on every step", question: "Is every step right?", compares: false, fewest: 1, most: 8 },
  { kind: "spans", title: "Errors highlighted in the text", question: "Where are the errors?", compares: false, fewest: 1, most: 8 },
  { kind: "critique", title: "A critique in words", question: "What is right, what is wrong, and why?", compares: false, fewest: 1, most: 8 },
  { kind: "edit", title: "A corrected answer", question: "How should the answer read?", compares: false, fewest: 1, most: 8 },
] as const;

export type Kind = (typeof KINDS)[number]["kind"];

/** What stands above a card while the manager has not said it otherwise. */
export function usualQuestion(kind: Kind): string {
  return t(KINDS.find((one) => one.kind === kind)?.question ?? KINDS[0].question);
}

/** Whether answers can say which of two completions is better: a reward model learns from nothing else. */
export function compares(questions: readonly { kind?: unknown }[], completions: number): boolean {
  return completions > 1 && questions.some(({ kind }) => KINDS.some((one) => one.kind === kind && one.compares));
}

/** What a kind can be told besides; what is left as it is, the server knows. */
export const OPTIONS = {
  pair: [
    { name: "strength", label: "By how much, too", preset: true },
    { name: "ties", label: "“Tie” is an answer", preset: true },
    { name: "both_bad", label: "“Both bad” is an answer", preset: true },
  ],
  best_worst: [{ name: "worst", label: "The worst, too", preset: true }],
  ranking: [{ name: "ties", label: "Equal ranks are allowed", preset: true }],
  rating: [
    { name: "low", label: "Lowest score", preset: 1 },
    { name: "high", label: "Highest score", preset: 7 },
  ],
  binary: [
    { name: "good", label: "Label of “good”", preset: "Good" },
    { name: "bad", label: "Label of “bad”", preset: "Bad" },
  ],
  steps: [
    {
      name: "split",
      label: "One step is",
      preset: "paragraph",
      among: [
        ["paragraph", "a paragraph"],
        ["line", "a line"],
      ],
    },
  ],
  spans: [],
  critique: [
    {
      name: "per",
      label: "Written about",
      preset: "card",
      among: [
        ["card", "the card as a whole"],
        ["completion", "every completion"],
      ],
    },
    { name: "min_length", label: "Shortest, in characters", preset: 0 },
  ],
  edit: [],
} as const satisfies Record<Kind, readonly Option[]>;

export type Told = string | number | boolean;

export interface Option {
  name: string;
  label: string;
  preset: Told;
  among?: readonly (readonly [value: string, title: string])[];
}

export interface Asked {
  /** The same however it is changed. */
  id: number;
  kind: Kind;
  name: string;
  title: string;
  /** Markdown, for this question alone. */
  guideline: string;
  /** Criteria of a rating or types of spans: a line each, with what it means after a colon. */
  parts: string;
  required: boolean;
  /** What was changed of the kind's options. */
  told: Record<string, Told>;
  /** As another campaign asks it, to the last detail; gone as soon as anything is changed here. */
  given?: Record<string, unknown>;
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

let made = 0;

export function freshQuestion(kind: Kind, others: readonly Asked[] = []): Asked {
  const taken = new Set(others.map((one) => one.name));
  let name = NAMES[kind];
  for (let n = 2; taken.has(name); n += 1) name = `${NAMES[kind]}-${n}`;
  const parts = kind === "rating" ? "helpful\nhonest" : kind === "spans" ? "wrong\nunclear" : "";
  made += 1;
  return { id: made, kind, name, title: "", guideline: "", parts, required: true, told: {} };
}

/** A question as a campaign holds it, back in the form. */
export function askedAs(question: Record<string, unknown>): Asked {
  const word = (name: string) => (typeof question[name] === "string" ? question[name] : "");
  const kind = KINDS.find((one) => one.kind === question.kind)?.kind ?? "pair";
  const parts = (question.criteria ?? question.types ?? []) as Record<string, unknown>[];
  const known = OPTIONS[kind].map(({ name }) => name as string);
  const told = Object.entries({ ...parts[0], ...question }).filter(([name]) => known.includes(name)) as [string, Told][];
  made += 1;
  return {
    id: made,
    kind,
    name: word("name"),
    title: word("title"),
    guideline: word("guideline"),
    parts: parts.map(({ name, title, guideline }) => [title || name, guideline].filter(Boolean).join(": ")).join("\n"),
    required: question.required !== false,
    told: Object.fromEntries(told),
    given: question,
  };
}

/** Questions that were kept, with numbers that no new one will have. */
export function renumbered(asked: readonly Asked[]): Asked[] {
  return asked.map((one) => {
    made += 1;
    return { ...one, id: made };
  });
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
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const [title = "", ...meaning] = line.split(":");
      const guideline = meaning.join(":").trim();
      return { name: slug(title), title: title.trim(), ...(guideline ? { guideline } : {}) };
    });

/** The kind's options with numbers for what is counted: a field holds what was typed, as far as it was typed. */
function counted(kind: Kind, told: Record<string, Told>): Record<string, Told> {
  const numbers: readonly string[] = (OPTIONS[kind] as readonly Option[]).filter(({ preset }) => typeof preset === "number").map(({ name }) => name);
  return Object.fromEntries(Object.entries(told).map(([name, value]) => [name, numbers.includes(name) ? numberOf(String(value)) : value]));
}

/** An option of a question whose field holds no whole number (yet). */
export function problemOfOption({ preset }: Option, value: Told): string | null {
  if (typeof preset !== "number") return null;
  return problemOfNumber(String(value), { whole: true });
}

export function toQuestion({ kind, name, title, guideline, parts, required, told, given }: Asked): Record<string, unknown> {
  if (given) return given;
  const { low, high, ...options } = counted(kind, told);
  const scale = { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) };
  return {
    kind,
    name,
    required,
    ...(title.trim() ? { title: title.trim() } : {}),
    ...(guideline.trim() ? { guideline } : {}),
    ...options,
    ...(kind === "rating" ? { criteria: listed(parts).map((one) => ({ ...one, ...scale })) } : {}),
    ...(kind === "spans" ? { types: listed(parts).map(({ name: type, title: shown }) => ({ name: type, title: shown })) } : {}),
  };
}

/** What the server would refuse, said before anything is sent. */
export function problemsOfForm(asked: readonly Asked[], completions: number): string | null {
  if (asked.length === 0) return t("Ask at least one question.");
  for (const one of asked) {
    const kind = KINDS.find(({ kind: known }) => known === one.kind);
    if (kind && completions >= 1 && (completions < kind.fewest || completions > kind.most)) {
      return t("“{{title}}” cannot be asked about {{n}} completions at once.", { title: t(kind.title), n: completions });
    }
    const parts = needsParts(one.kind) ? listed(one.parts) : null;
    if (parts?.some(({ name }) => !name)) return t("Every part needs a name with a letter or digit.");
    if (parts?.length === 0) return t("Name at least one part, a line each.");
    if (parts && new Set(parts.map(({ name }) => name)).size < parts.length) return t("No two parts may have the same name.");
    for (const option of OPTIONS[one.kind] as readonly Option[]) {
      const problem = problemOfOption(option, one.told[option.name] ?? option.preset);
      if (problem) return problem;
    }
    const { low = 1, high = 7 } = counted(one.kind, one.told);
    if (one.kind === "rating" && low >= high) return t("The highest score is above the lowest.");
    if (one.kind === "binary" && (one.told.good ?? "Good") === (one.told.bad ?? "Bad")) return t("Good and bad need different labels.");
  }
  return null;
}
