/** The text as it was written, with marks in it: select by pointer or by caret, then name the type. */

import { type CSSProperties, useEffect, useMemo, useRef } from "react";

import { letter } from "../../../domain/kinds/kind";
import { titleOf } from "../../../domain/kinds/rating";
import { type Range, selection, type Span, type SpansDraft, type SpansQuestion } from "../../../domain/kinds/spans";
import { pointsIn, toUnits } from "../../../domain/kinds/words";
import { t } from "../../../i18n";
import { Choice, changing } from "../Keys";
import type { Asked, Screen } from "./screen";

type Props = Asked<SpansQuestion, SpansDraft>;

/** Told apart by hue and by the digit that stands behind each mark. */
const COLOURS = ["#c0392b", "#2471a3", "#8e44ad", "#b9770e", "#117a65", "#7b241c", "#5d6d7e", "#d35400"];

function colourOf(question: SpansQuestion, type: string): CSSProperties {
  const index = question.types.findIndex((one) => one.name === type);
  const colour = question.types[index]?.colour || COLOURS[index % COLOURS.length];
  return { "--mark": colour } as CSSProperties;
}

interface Piece extends Range {
  span: Span | null;
  selected: boolean;
}

/** The text cut wherever a mark or the selection begins or ends. */
function piecesOf(length: number, spans: readonly Span[], selected: Range | null): Piece[] {
  const cuts = [0, length, ...spans.flatMap(({ start, end }) => [start, end]), ...(selected ? [selected.start, selected.end] : [])];
  const places = [...new Set(cuts)].filter((at) => at <= length).sort((x, y) => x - y);
  return places.slice(0, -1).map((start, i) => ({
    start,
    end: places[i + 1] ?? length,
    span: spans.find((span) => span.start <= start && start < span.end) ?? null,
    selected: selected !== null && selected.start <= start && start < selected.end,
  }));
}

function pointerSelection(box: HTMLElement): Range | null {
  const chosen = window.getSelection();
  if (!chosen || chosen.rangeCount === 0 || chosen.isCollapsed) return null;
  const range = chosen.getRangeAt(0);
  if (!box.contains(range.startContainer) || !box.contains(range.endContainer)) return null;
  const before = document.createRange();
  before.selectNodeContents(box);
  before.setEnd(range.startContainer, range.startOffset);
  const start = pointsIn(before.toString());
  const length = pointsIn(range.toString());
  return length > 0 ? { start, end: start + length } : null;
}

/** A click without a drag puts the caret at the word there. */
function pointerCaret(box: HTMLElement): Range | null {
  const chosen = window.getSelection();
  if (!chosen?.focusNode || !box.contains(chosen.focusNode)) return null;
  const before = document.createRange();
  before.selectNodeContents(box);
  before.setEnd(chosen.focusNode, chosen.focusOffset);
  const start = pointsIn(before.toString());
  return { start, end: start };
}

function MarkedText({ asked, place }: { asked: Props; place: number }) {
  const { question, draft, shown, change } = asked;
  const text = shown.texts[place] ?? "";
  const here = draft.at === place;
  const selected = here ? selection(draft, text) : null;
  const spans = draft.spans[place] ?? [];
  const pieces = useMemo(
    () => piecesOf(pointsIn(text), spans, selected),
    [text, spans, selected?.start, selected?.end],
  );
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (here) box.current?.querySelector(".is-selected")?.scrollIntoView({ block: "nearest" });
  }, [here, selected?.start, selected?.end]);
  const pick = () => {
    if (!box.current) return;
    const range = pointerSelection(box.current);
    const caret = range ? null : pointerCaret(box.current);
    if (range || caret) change({ do: "pick", at: place, range, ...(caret ? { caret: caret.start } : {}) });
    if (range) window.getSelection()?.removeAllRanges();
  };
  return (
    <div
      ref={box}
      className="plain-text span-text"
      dir="auto"
      tabIndex={0}
      role="textbox"
      aria-multiline="true"
      aria-readonly="true"
      aria-label={t("Answer {{name}}: select words and mark them", { name: letter(place) })}
      onMouseUp={pick}
      onTouchEnd={pick}
      onFocus={() => !here && change({ do: "look", at: place })}
    >
      {pieces.map(({ start, end, span, selected: isSelected }) => {
        const words = text.slice(toUnits(text, start), toUnits(text, end));
        if (!span && !isSelected) return words;
        const digit = span ? question.types.findIndex((one) => one.name === span.type) + 1 : 0;
        const ends = span?.end === end;
        return (
          <mark
            key={start}
            className={`${span ? "span-mark" : ""} ${isSelected ? "is-selected" : ""}`}
            style={span ? colourOf(question, span.type) : undefined}
            data-digit={span && ends ? digit : undefined}
          >
            {words}
          </mark>
        );
      })}
    </div>
  );
}

function under({ question, draft, shown, change }: Props, place: number) {
  const text = shown.texts[place] ?? "";
  const spans = draft.spans[place] ?? [];
  if (spans.length === 0) return <p className="quiet">{t("Nothing marked")}</p>;
  return (
    <ul className="span-list" aria-label={t("Marks in answer {{name}}", { name: letter(place) })}>
      {spans.map((span) => {
        const type = question.types.find((one) => one.name === span.type) ?? { name: span.type };
        const words = text.slice(toUnits(text, span.start), toUnits(text, span.end));
        return (
          <li key={span.start} style={colourOf(question, span.type)}>
            <span className="span-name">{titleOf(type)}</span>
            <q className="span-words">{words.length > 40 ? `${words.slice(0, 38)}…` : words}</q>
            <button
              type="button"
              className="button quiet-button small"
              aria-label={t("Remove the mark on “{{words}}”", { words: words.slice(0, 40) })}
              onClick={() => {
                change({ do: "pick", at: place, range: { start: span.start, end: span.end } });
                change({ do: "remove" });
              }}
            >
              ✕
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function Controls({ question, draft, shown }: Props) {
  const text = shown.texts[draft.at] ?? "";
  const range = selection(draft, text);
  const words = range ? text.slice(toUnits(text, range.start), toUnits(text, range.end)) : "";
  return (
    <div className="controls spans-controls">
      <p className="controls-ask span-now" aria-live="polite">
        <span className="visually-hidden">{t("Selected:")} </span>
        {words.length > 60 ? `${words.slice(0, 28)} … ${words.slice(-28)}` : words}
      </p>
      <div className="row">
        {question.types.map((type) => (
          <Choice key={type.name} command={changing({ do: "type", type: type.name })} className="span-type">
            <span className="span-swatch" style={colourOf(question, type.name)} aria-hidden="true" />
            {titleOf(type)}
          </Choice>
        ))}
        <Choice command={changing({ do: "remove" })}>{t("Remove")}</Choice>
      </div>
    </div>
  );
}

function body(asked: Props, place: number) {
  return <MarkedText asked={asked} place={place} />;
}

function mark({ draft }: Props, place: number): string {
  return String(draft.spans[place]?.length || "");
}

export const spansScreen: Screen<SpansQuestion, SpansDraft> = { Controls, body, under, mark };
