/**
 * Several questions on one card, asked in order: the focus goes on when a question is answered.
 *
 * Pure: a form in hand is a value, each function returns the next one. What a question's own keys do is decided by its
 * kind; this file only knows which question is asked, when the whole is complete, and what it says.
 */

import { t } from "../i18n";
import type { AnyDraft, Change, OneAnswer, Question } from "./kinds";
import { machineOf } from "./kinds";
import type { Row, Shown } from "./kinds/kind";
import { titleOf } from "./kinds/rating";

export type Form = readonly Question[];
/** By the question's name; an unrequired question may be missing. */
export type Answer = Record<string, OneAnswer>;

export interface Filled {
  /** The question in focus. */
  at: number;
  drafts: readonly AnyDraft[];
}

/** What came of trying to submit. */
export type Verdict =
  | { kind: "submit" }
  | { kind: "on"; filled: Filled }
  | { kind: "missing"; filled: Filled; question: Question }
  | { kind: "doubt"; question: Question };

export function begin(form: Form, shown: Shown): Filled {
  return { at: 0, drafts: form.map((question) => machineOf(question).begin(question, shown)) };
}

export function again(form: Form, shown: Shown, answer: Answer): Filled {
  const drafts = form.map((question) => {
    const given = answer[question.name];
    const machine = machineOf(question);
    return given ? machine.again(question, shown, given) : machine.begin(question, shown);
  });
  return { at: 0, drafts };
}

export function asked(form: Form, filled: Filled): { question: Question; draft: AnyDraft } | null {
  const [question, draft] = [form[filled.at], filled.drafts[filled.at]];
  return question && draft ? { question, draft } : null;
}

export function titleOfQuestion(question: Question): string {
  return titleOf(question);
}

export function isRequired(question: Question): boolean {
  return question.required !== false;
}

/** A question is done when it is complete, or may be left out and nothing was said. */
function isDone(question: Question, draft: AnyDraft): boolean {
  const machine = machineOf(question);
  return machine.complete(question, draft) || (!isRequired(question) && machine.blank(draft));
}

/** Whether nothing was said yet, to any of its questions. */
export function isBlank(form: Form, filled: Filled): boolean {
  return form.every((question, i) => machineOf(question).blank(filled.drafts[i] as AnyDraft));
}

/** Whether the person said something that is whole; a proposal nobody touched is not that. */
export function isAnswered(question: Question, draft: AnyDraft): boolean {
  const machine = machineOf(question);
  return machine.complete(question, draft) && !machine.blank(draft);
}

/** Whether one question is all there is, and one change answers it. */
export function decidesAtOnce(form: Form, shown: Shown): boolean {
  const [only] = form;
  return form.length === 1 && only !== undefined && machineOf(only).decidesAtOnce(only, shown);
}

export function goTo(form: Form, filled: Filled, at: number): Filled {
  return { ...filled, at: Math.max(0, Math.min(form.length - 1, at)) };
}

/** One change to the question in focus. `submit`: this was the whole answer. */
export function change(form: Form, shown: Shown, filled: Filled, said: Change): { filled: Filled; submit: boolean } {
  const now = asked(form, filled);
  if (!now) return { filled, submit: false };
  const { question, draft } = now;
  if (said.do === "look") return { filled: withDraft(filled, { ...draft, at: said.at }), submit: false };
  const machine = machineOf(question);
  const next = machine.change(question, shown, draft, said);
  const after = withDraft(filled, next);
  const complete = machine.complete(question, next);
  if (decidesAtOnce(form, shown)) return { filled: after, submit: complete };
  const answered = complete && (!machine.complete(question, draft) || machine.decidesAtOnce(question, shown));
  return { filled: answered && machine.movesOn ? goTo(form, after, after.at + 1) : after, submit: false };
}

function withDraft(filled: Filled, draft: AnyDraft): Filled {
  return { ...filled, drafts: filled.drafts.map((one, i) => (i === filled.at ? draft : one)) };
}

/** Enter: on to the next question, or to what is missing, or out. `sure` says that a doubt was answered. */
export function enter(form: Form, filled: Filled, sure = false): Verdict {
  const now = asked(form, filled);
  if (now && !isDone(now.question, now.draft)) return { kind: "missing", filled, question: now.question };
  if (filled.at < form.length - 1) return { kind: "on", filled: goTo(form, filled, filled.at + 1) };
  return submit(form, filled, sure);
}

/** From wherever the focus is: everything that is asked has been answered, or else what is missing. */
export function submit(form: Form, filled: Filled, sure = false): Verdict {
  const open = form.findIndex((question, i) => !isDone(question, filled.drafts[i] as AnyDraft));
  const missing = form[open];
  if (missing) return { kind: "missing", filled: goTo(form, filled, open), question: missing };
  const [first] = form;
  // A form of questions that may all be left out still wants one of them answered; to pass on a card is to skip it.
  if (first && Object.keys(answerOf(form, filled)).length === 0) return { kind: "missing", filled: goTo(form, filled, 0), question: first };
  const untouched = form.find((question, i) => isUntouched(question, filled.drafts[i] as AnyDraft));
  if (untouched && !sure) return { kind: "doubt", question: untouched };
  return { kind: "submit" };
}

/** An order nobody made, or a correction of nothing, may be meant; so it is asked, once. */
function isUntouched(question: Question, draft: AnyDraft): boolean {
  const proposed = question.kind === "ranking" || question.kind === "edit";
  return proposed && isRequired(question) && machineOf(question).blank(draft);
}

export function answerOf(form: Form, filled: Filled): Answer {
  const said = form.flatMap((question, i): [string, OneAnswer][] => {
    const draft = filled.drafts[i] as AnyDraft;
    const machine = machineOf(question);
    if (!isRequired(question) && machine.blank(draft)) return [];
    return [[question.name, machine.answer(question, draft)]];
  });
  return Object.fromEntries(said);
}

/** The keys of the question in focus. */
export function rowsOf(form: Form, shown: Shown, filled: Filled): Row<Change>[] {
  const now = asked(form, filled);
  return now ? machineOf(now.question).rows(now.question, shown, now.draft) : [];
}

export function inWords(form: Form, answer: Answer): string {
  const said = form.flatMap((question) => {
    const given = answer[question.name];
    if (!given) return [];
    const words = machineOf(question).inWords(question, given);
    return [form.length > 1 ? `${titleOfQuestion(question)}: ${words}` : words];
  });
  return said.join("; ") || t("Nothing said");
}

/** The first question's glyph stands for the card. */
export function glyph(form: Form, answer: Answer): string {
  for (const question of form) {
    const given = answer[question.name];
    if (given) return machineOf(question).glyph(question, given);
  }
  return "–";
}
