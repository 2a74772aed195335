/** The text as it was written, with marks in it: select by pointer or by caret, then name the type. */

import { type CSSProperties, useEffect, useMemo, useRef } from "react";

import { letter } from "../../../domain/kinds/kind";
import { titleOf } from "../../../domain/kinds/rating";
import { marksAt, meant, overlapping, type Range, selection, type Span, type SpansDraft, type SpansQuestion } from "../../../domain/kinds/spans";
import { toUnits } from "../../../domain/kinds/words";
import { languageOf } from "../../../domain/reading/script";
import { t } from "../../../i18n";
import { Choice, changing } from "../Keys";
import type { Asked, Screen } from "./screen";
import { type Piece, piecesOf } from "./spanPieces";
import { usePointed } from "./usePointed";

type Props = Asked<SpansQuestion, SpansDraft>;

/** Told apart by hue and by the digit that stands behind each mark. */
const COLOURS = ["#c0392b", "#2471a3", "#8e44ad", "#b9770e", "#117a65", "#7b241c", "#5d6d7e", "#d35400"];

function typeOf({ types }: SpansQuestion, name: string): { index: number; title: string; colour: string } {
  const index = types.findIndex((one) => one.name === name);
  const type = types[index] ?? { name };
  return { index, title: titleOf(type), colour: type.colour || (COLOURS[index % COLOURS.length] ?? "") };
}

function coloured(question: SpansQuestion, type: string): CSSProperties {
  return { "--mark": typeOf(question, type).colour } as CSSProperties;
}

/** The outermost mark and the innermost: what lies between them is told by its title and in the list. */
function twoColours(question: SpansQuestion, spans: readonly Span[]): CSSProperties {
  const colour = (span: Span | undefined) => typeOf(question, span?.type ?? "").colour;
  return { "--mark": colour(spans[0]), "--inner": colour(spans.at(-1)) } as CSSProperties;
}

function titles(question: SpansQuestion, spans: readonly Span[]): string {
  return spans.map((span) => typeOf(question, span.type).title).join(", ");
}

/** The digits of the marks that end where this piece does. */
function digits(question: SpansQuestion, { spans, end }: Piece): string | undefined {
  const ending = spans.filter((span) => span.end === end).map((span) => typeOf(question, span.type).index + 1);
  return ending.length > 0 ? ending.join(" ") : undefined;
}

function shortened(words: string, most = 40): string {
  return words.length > most ? `${words.slice(0, most - 2)}…` : words;
}

function MarkedText({ asked, place }: { asked: Props; place: number }) {
  const { question, draft, shown, change } = asked;
  const text = shown.texts[place] ?? "";
  const here = draft.at === place;
  const selected = here ? selection(draft, text) : null;
  const spans = draft.spans[place] ?? [];
  const aim = here && marksAt(spans, selected).length > 1 ? meant(draft, text) : null;
  const pieces = useMemo(() => piecesOf(text, spans, selected), [text, spans, selected?.start, selected?.end]);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (here) box.current?.querySelector(".is-selected")?.scrollIntoView({ block: "nearest" });
  }, [here, selected?.start, selected?.end]);
  usePointed(box, (found) => change({ do: "pick", at: place, ...found }));
  return (
    <div
      ref={box}
      className="plain-text span-text"
      dir="auto"
      lang={languageOf(text)}
      translate="no"
      tabIndex={0}
      role="textbox"
      aria-multiline="true"
      aria-readonly="true"
      aria-label={t("Answer {{name}}: select words and mark them", { name: letter(place) })}
      onFocus={() => !here && change({ do: "look", at: place })}
    >
      {pieces.map((piece) =>
        piece.spans.length === 0 && !piece.selected ? (
          piece.words
        ) : (
          <mark
            key={piece.start}
            className={[
              piece.spans.length > 0 ? "span-mark" : "",
              piece.spans.length > 1 ? "is-shared" : "",
              piece.selected ? "is-selected" : "",
              aim && piece.spans.includes(aim) ? "is-meant" : "",
            ].join(" ")}
            style={piece.spans.length > 0 ? twoColours(question, piece.spans) : undefined}
            title={titles(question, piece.spans) || undefined}
            data-digit={digits(question, piece)}
          >
            {piece.words}
          </mark>
        ),
      )}
    </div>
  );
}

function Mark({ asked, place, span }: { asked: Props; place: number; span: Span }) {
  const { question, draft, shown, change } = asked;
  const text = shown.texts[place] ?? "";
  const words = text.slice(toUnits(text, span.start), toUnits(text, span.end));
  const type = typeOf(question, span.type).title;
  const others = overlapping(draft.spans[place] ?? [], span);
  return (
    <li style={coloured(question, span.type)}>
      <button
        type="button"
        className="span-go"
        title={t("Select these words")}
        onClick={() => change({ do: "pick", at: place, range: { start: span.start, end: span.end } })}
      >
        <span className="span-name">{type}</span>{" "}
        <q className="span-words" translate="no">
          {shortened(words)}
        </q>
        {others.length > 0 && <span className="visually-hidden"> {t("overlaps {{others}}", { others: titles(question, others) })}</span>}
      </button>
      <button
        type="button"
        className="button quiet-button small"
        aria-label={t("Remove the mark {{type}} on “{{words}}”", { type, words: shortened(words) })}
        onClick={() => change({ do: "remove", at: place, span })}
      >
        ✕
      </button>
    </li>
  );
}

function under(asked: Props, place: number) {
  const spans = asked.draft.spans[place] ?? [];
  if (spans.length === 0) return <p className="quiet">{t("Nothing marked")}</p>;
  return (
    <ul className="span-list" aria-label={t("Marks in answer {{name}}", { name: letter(place) })}>
      {spans.map((span) => (
        <Mark key={`${span.start}-${span.end}-${span.type}`} asked={asked} place={place} span={span} />
      ))}
    </ul>
  );
}

/** What is selected, and how it is marked; of several marks the one that a key would remove. */
function Now({ question, draft, shown }: Props) {
  const text = shown.texts[draft.at] ?? "";
  const range: Range | null = selection(draft, text);
  const words = range ? text.slice(toUnits(text, range.start), toUnits(text, range.end)) : "";
  const marks = marksAt(draft.spans[draft.at] ?? [], range);
  const aim = meant(draft, text);
  return (
    <p className="controls-ask span-now" aria-live="polite">
      <span className="visually-hidden">{t("Selected:")} </span>
      <span className="span-selected" translate="no">
        {words.length > 60 ? `${words.slice(0, 28)} … ${words.slice(-28)}` : words}
      </span>
      {aim && (
        <span className="span-here">
          {marks.length > 1
            ? t("{{n}} marks, meant: {{type}}", { n: marks.length, type: typeOf(question, aim.type).title })
            : t("Marked: {{what}}", { what: typeOf(question, aim.type).title })}
        </span>
      )}
    </p>
  );
}

function Controls(asked: Props) {
  const { question, draft, shown } = asked;
  const several = marksAt(draft.spans[draft.at] ?? [], selection(draft, shown.texts[draft.at] ?? "")).length > 1;
  return (
    <div className="controls spans-controls">
      <Now {...asked} />
      <div className="row">
        {question.types.map((type) => (
          <Choice key={type.name} command={changing({ do: "type", type: type.name })} className="span-type">
            <span className="span-swatch" style={coloured(question, type.name)} aria-hidden="true" />
            {titleOf(type)}
          </Choice>
        ))}
        <Choice command={changing({ do: "turn" })} disabled={!several} label={t("Mean another one of the marks here")}>
          {t("Other")}
        </Choice>
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
