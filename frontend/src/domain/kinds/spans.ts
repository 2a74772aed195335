/**
 * Stretches of text with a type each. The caret moves by word; Shift extends; a digit gives the selection its type.
 *
 * Marks of different types may overlap and lie in each other; marks of one type that meet become one. Of several marks
 * under the caret one is meant, the innermost at first, and only that one is removed.
 */

import { t } from "../../i18n";
import { type Common, type Draft, looking, type Machine, places, replaced, type Row, row, type Shown } from "./kind";
import { titleOf } from "./rating";
import { wordsOf } from "./words";

export interface SpanType {
  name: string;
  title?: string | undefined;
  colour?: string | undefined;
}

export interface SpansQuestion extends Common {
  kind: "spans";
  types: readonly SpanType[];
}

export interface Range {
  start: number;
  end: number;
}

export interface Span extends Range {
  type: string;
}

export interface SpansAnswer {
  /** By completion; offsets in Unicode code points of its plain text. */
  spans: Span[][];
}

export interface SpansDraft extends Draft {
  /** The caret's word, and where its selection began. */
  head: number;
  anchor: number;
  /** A selection made by pointer, which need not end at words. */
  picked: Range | null;
  /** How often another of the marks here was asked for. */
  turn: number;
  spans: readonly (readonly Span[])[];
}

export type SpansChange =
  | { do: "caret"; to: "left" | "right" | "up" | "down"; extend: boolean }
  /** By pointer: a stretch, or only a place for the caret. */
  | { do: "pick"; at: number; range: Range | null; caret?: number }
  | { do: "type"; type: string }
  /** Another one of the marks under the caret is meant. */
  | { do: "turn" }
  /** The mark that is meant, or this one of a completion's. */
  | { do: "remove"; at?: number; span?: Span };

/** What a digit would mark now. */
export function selection(draft: SpansDraft, text: string): Range | null {
  if (draft.picked) return draft.picked;
  const words = wordsOf(text);
  const first = words[Math.min(draft.anchor, draft.head)];
  const last = words[Math.max(draft.anchor, draft.head)];
  return first && last ? { start: first.start, end: last.end } : null;
}

function touches(span: Range, range: Range): boolean {
  return span.start < range.end && range.start < span.end;
}

/** In reading order, and what holds others before them. */
function inOrder(spans: readonly Span[]): Span[] {
  return [...spans].sort((x, y) => x.start - y.start || y.end - x.end);
}

export function marked(spans: readonly Span[], range: Range, type: string): Span[] {
  const met = spans.filter((span) => span.type === type && touches(span, range));
  const whole = { start: Math.min(range.start, ...met.map(({ start }) => start)), end: Math.max(range.end, ...met.map(({ end }) => end)), type };
  return inOrder([...spans.filter((span) => !met.includes(span)), whole]);
}

/** The marks that a selection touches, the one it fits best first: selected whole, else the shortest. */
export function marksAt(spans: readonly Span[], range: Range | null): Span[] {
  if (!range) return [];
  const length = ({ start, end }: Span) => (start === range.start && end === range.end ? 0 : end - start);
  return spans.filter((span) => touches(span, range)).sort((x, y) => length(x) - length(y) || y.start - x.start);
}

/** Which of them is meant. */
export function meant(draft: SpansDraft, text: string): Span | null {
  const here = marksAt(draft.spans[draft.at] ?? [], selection(draft, text));
  return here[draft.turn % here.length] ?? null;
}

/** What a mark shares its words with. */
export function overlapping(spans: readonly Span[], span: Span): Span[] {
  return spans.filter((other) => other !== span && touches(other, span));
}

/** Up and down go to the nearest line that has words, at the same place in it. */
function byLine(text: string, head: number, direction: -1 | 1): number {
  const words = wordsOf(text);
  const here = words[head]?.line ?? 0;
  const column = head - words.findIndex((word) => word.line === here);
  const target = direction > 0 ? words.find((w) => w.line > here)?.line : words.findLast((w) => w.line < here)?.line;
  if (target === undefined) return direction > 0 ? words.length - 1 : 0;
  const first = words.findIndex((word) => word.line === target);
  const last = words.findLastIndex((word) => word.line === target);
  return Math.min(first + column, last);
}

function wordAt(text: string, point: number): number {
  const words = wordsOf(text);
  const found = words.findIndex((word) => word.end > point);
  return found < 0 ? Math.max(0, words.length - 1) : found;
}

function caret(draft: SpansDraft, text: string, { to, extend }: { to: string; extend: boolean }): SpansDraft {
  const last = Math.max(0, wordsOf(text).length - 1);
  const moved = to === "left" ? draft.head - 1 : to === "right" ? draft.head + 1 : byLine(text, draft.head, to === "up" ? -1 : 1);
  const head = Math.max(0, Math.min(last, moved));
  return { ...draft, picked: null, turn: 0, head, anchor: extend ? draft.anchor : head };
}

function change(_question: SpansQuestion, shown: Shown, draft: SpansDraft, said: SpansChange): SpansDraft {
  const text = shown.texts[draft.at] ?? "";
  const range = selection(draft, text);
  const mine = draft.spans[draft.at] ?? [];
  switch (said.do) {
    case "caret":
      return caret(draft, text, said);
    case "pick": {
      const point = said.range?.start ?? said.caret;
      const head = point === undefined ? draft.head : wordAt(shown.texts[said.at] ?? "", point);
      return { ...draft, at: said.at, picked: said.range, turn: 0, head, anchor: head };
    }
    case "type": {
      if (!range) return draft;
      const spans = marked(mine, range, said.type);
      return { ...draft, spans: replaced(draft.spans, draft.at, spans), picked: null, turn: 0, anchor: draft.head };
    }
    case "turn":
      return { ...draft, turn: draft.turn + 1 };
    case "remove": {
      const at = said.at ?? draft.at;
      const gone = said.span ?? meant(draft, text);
      const left = (draft.spans[at] ?? []).filter((span) => span !== gone);
      return { ...draft, spans: replaced(draft.spans, at, left), turn: 0 };
    }
  }
}

/** Twenty types: the ten digits, then the same with Shift. */
function digitOf(index: number): string {
  return (index < 10 ? "" : "Shift+") + String((index + 1) % 10);
}

function rows({ types }: SpansQuestion): Row<SpansChange>[] {
  const go = (to: "left" | "right" | "up" | "down", key: string) => [
    row<SpansChange>(t("Move the caret by word or line"), [key], { do: "caret", to, extend: false }, true),
    row<SpansChange>(t("Select from the caret on"), [`Shift+${key}`], { do: "caret", to, extend: true }, true),
  ];
  return [
    ...types.map((type, i) =>
      row<SpansChange>(t("Mark as: {{type}}", { type: titleOf(type) }), [digitOf(i)], { do: "type", type: type.name }),
    ),
    row<SpansChange>(t("Remove the mark under the caret"), ["u", "Delete"], { do: "remove" }),
    row<SpansChange>(t("Of several marks here, mean another one"), ["v"], { do: "turn" }),
    ...go("left", "ArrowLeft"),
    ...go("right", "ArrowRight"),
    ...go("up", "ArrowUp"),
    ...go("down", "ArrowDown"),
  ];
}

function counted(question: SpansQuestion, { spans }: SpansAnswer): string {
  const all = spans.flat();
  const kinds = question.types.map((type) => ({ title: titleOf(type), n: all.filter((span) => span.type === type.name).length }));
  const said = kinds.filter(({ n }) => n > 0).map(({ title, n }) => `${n} ${title}`);
  return said.length > 0 ? t("Marked: {{what}}", { what: said.join(", ") }) : t("Nothing marked");
}

export const spans: Machine<SpansQuestion, SpansDraft, SpansChange, SpansAnswer> = {
  movesOn: false,
  decidesAtOnce: () => false,
  begin: (_question, shown) => ({ at: 0, head: 0, anchor: 0, picked: null, turn: 0, spans: places(shown).map(() => []) }),
  again: (_question, _shown, answer) => ({ at: 0, head: 0, anchor: 0, picked: null, turn: 0, spans: answer.spans.map(inOrder) }),
  change,
  complete: () => true,
  blank: (draft) => draft.spans.every((list) => list.length === 0),
  answer: (_question, draft) => ({ spans: draft.spans.map((list) => [...list]) }),
  rows: (question, shown, draft) => [...rows(question), ...looking(shown, draft, [","], ["."], false)],
  inWords: counted,
  glyph: (_question, answer) => `${answer.spans.flat().length}▮`,
};
