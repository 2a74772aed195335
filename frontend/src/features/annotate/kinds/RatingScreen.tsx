/** A grid of criteria by completions; the bar always holds the scale of the cell in focus. */

import { useEffect, useRef } from "react";

import { letter, places } from "../../../domain/kinds/kind";
import { type Criterion, keyOf, type RatingDraft, type RatingQuestion, scale, titleOf } from "../../../domain/kinds/rating";
import { t } from "../../../i18n";
import { Content } from "../../../ui/Content";
import { Choice, changing } from "../Keys";
import type { Asked, Screen } from "./screen";

type Props = Asked<RatingQuestion, RatingDraft>;

/** A scale with more points is a slider: nobody finds the 37th of a hundred buttons. */
const MOST_BUTTONS = 11;

function Slider({ criterion, now, change }: { criterion: Criterion; now: number | null; change: Props["change"] }) {
  const values = scale(criterion);
  return (
    <input
      type="range"
      className="scale-slider"
      min={values[0]}
      max={values.at(-1)}
      value={now ?? values[0]}
      aria-label={titleOf(criterion)}
      aria-valuetext={now === null ? t("not scored yet") : String(now)}
      onChange={(event) => change({ do: "set", score: Number(event.target.value) })}
    />
  );
}

function Controls({ question, draft, shown, change }: Props) {
  const criterion = question.criteria[draft.criterion];
  if (!criterion) return null;
  const now = draft.scores[draft.criterion]?.[draft.at] ?? null;
  const values = scale(criterion);
  return (
    <div className="controls rating-controls">
      <p className="controls-ask">
        <strong>{titleOf(criterion)}</strong>
        {shown.texts.length > 1 && <span className="rating-of">{letter(draft.at)}</span>}
      </p>
      <div className="scale" role="group" aria-label={t("Score")}>
        {criterion.low_label && <span className="scale-end">{criterion.low_label}</span>}
        {values.length <= MOST_BUTTONS ? (
          values.map((score) => (
            <Choice key={score} command={changing({ do: "score", score })} className="scale-point" pressed={now === score} badges={keyOf(score, values) === String(score) ? 0 : 1}>
              {String(score)}
            </Choice>
          ))
        ) : (
          <>
            <Slider criterion={criterion} now={now} change={change} />
            <output>{now ?? "–"}</output>
          </>
        )}
        {criterion.high_label && <span className="scale-end">{criterion.high_label}</span>}
      </div>
    </div>
  );
}

interface CellProps extends Props {
  criterion: Criterion;
  line: number;
  place: number;
}

function Cell({ draft, change, criterion, line, place }: CellProps) {
  const here = draft.criterion === line && draft.at === place;
  const score = draft.scores[line]?.[place] ?? null;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (here) button.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [here]);
  return (
    <td>
      <button
        ref={button}
        type="button"
        className={`rating-cell ${here ? "is-here" : ""} ${score === null ? "is-empty" : ""}`}
        aria-current={here ? "true" : undefined}
        aria-label={t("{{criterion}}, answer {{name}}: {{score}}", {
          criterion: titleOf(criterion),
          name: letter(place),
          score: score === null ? t("not scored yet") : String(score),
        })}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => change({ do: "cell", criterion: line, at: place })}
      >
        {score ?? "–"}
      </button>
    </td>
  );
}

function Desk(asked: Props) {
  const { question, draft, shown } = asked;
  const guideline = question.criteria[draft.criterion]?.guideline;
  return (
    <section className="desk rating-desk" aria-label={t("Scores")}>
      <div className="rating-scroll">
        <table className="rating-grid">
          <thead>
            <tr>
              <td />
              {places(shown).map((place) => (
                <th key={place} scope="col">
                  {letter(place)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {question.criteria.map((criterion, line) => (
              <tr key={criterion.name}>
                <th scope="row" className={line === draft.criterion ? "is-here" : ""}>
                  {titleOf(criterion)}
                </th>
                {places(shown).map((place) => (
                  <Cell key={place} {...asked} criterion={criterion} line={line} place={place} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="rating-guideline" aria-live="polite">
        {guideline ? <Content text={guideline} ours /> : <p className="quiet">{t("No guideline was written for this criterion.")}</p>}
      </div>
    </section>
  );
}

function mark({ draft }: Props, place: number): string {
  return draft.scores.every((line) => line[place] !== null) ? "✓" : "";
}

export const ratingScreen: Screen<RatingQuestion, RatingDraft> = { Controls, Desk, mark };
