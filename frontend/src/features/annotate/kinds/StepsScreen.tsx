/** One step a row, each with its three marks; how it ended stands in the bar. Unmarked is an open ring, neutral a filled one. */

import { memo, useEffect, useRef } from "react";

import { letter } from "../../../domain/kinds/kind";
import { endInWords, type Mark, type StepsDraft, type StepsQuestion } from "../../../domain/kinds/steps";
import { t } from "../../../i18n";
import { Content } from "../../../ui/Content";
import { useLanguage } from "../../../ui/language";
import { Choice, changing } from "../Keys";
import type { Asked, Screen } from "./screen";

type Props = Asked<StepsQuestion, StepsDraft>;

const MARKS: readonly Mark[] = [1, 0, -1];
const SIGN: Record<Mark, string> = { 1: "✓", 0: "●", [-1]: "✕" };
const TONE: Record<Mark, string> = { 1: "good", 0: "neutral", [-1]: "bad" };

function nameOf(mark: Mark | null): string {
  if (mark === null) return t("unmarked");
  return { good: t("good"), neutral: t("neutral"), bad: t("bad") }[TONE[mark]] ?? "";
}

interface StepProps {
  text: string;
  step: number;
  place: number;
  mark: Mark | null;
  here: boolean;
  change: Props["change"];
}

const Step = memo(function Step({ text, step, place, mark, here, change }: StepProps) {
  useLanguage();
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (here) row.current?.scrollIntoView({ block: "nearest" });
  }, [here]);
  const look = () => {
    change({ do: "look", at: place });
    change({ do: "go", step });
  };
  return (
    <li ref={row} className={`step step-${mark === null ? "open" : TONE[mark]} ${here ? "is-here" : ""}`} aria-current={here ? "step" : undefined}>
      <span className="step-number">
        <span className="visually-hidden">{t("Step {{n}}, {{mark}}", { n: String(step + 1), mark: nameOf(mark) })}</span>
        <span aria-hidden="true">{step + 1}</span>
        <span className="step-sign" aria-hidden="true">
          {mark === null ? "○" : SIGN[mark]}
        </span>
      </span>
      <div className="step-text" onClick={look}>
        <Content text={text} />
      </div>
      <span className="step-marks">
        {MARKS.map((one) => (
          <button
            key={one}
            type="button"
            className={`step-mark mark-${TONE[one]}`}
            aria-pressed={mark === one}
            aria-label={t("Step {{n}}: {{mark}}", { n: String(step + 1), mark: nameOf(one) })}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              change({ do: "look", at: place });
              change({ do: "mark", mark: one, step });
            }}
          >
            {SIGN[one]}
          </button>
        ))}
      </span>
    </li>
  );
});

function body({ draft, shown, change }: Props, place: number) {
  return (
    <ol className="steps">
      {(shown.steps[place] ?? []).map((text, step) => (
        <Step
          key={step}
          text={text}
          step={step}
          place={place}
          mark={draft.marks[place]?.[step] ?? null}
          here={draft.at === place && draft.step[place] === step}
          change={change}
        />
      ))}
    </ol>
  );
}

function under({ draft, shown }: Props, place: number) {
  const end = draft.end[place] ?? null;
  const left = (draft.marks[place] ?? []).filter((mark) => mark === null).length;
  return (
    <p className="step-end">
      {end ? <strong>{t("Ended: {{end}}", { end: endInWords(end) })}</strong> : t("Not ended yet")}
      <span className="quiet">
        {t("{{n}} of {{all}} steps unmarked", { n: left, all: shown.steps[place]?.length ?? 0 })}
      </span>
    </p>
  );
}

function Controls({ draft, shown }: Props) {
  const marks = draft.marks[draft.at] ?? [];
  const mark = marks[draft.step[draft.at] ?? 0] ?? null;
  const end = draft.end[draft.at] ?? null;
  const bad = marks.includes(-1);
  return (
    <div className="controls steps-controls">
      {shown.texts.length > 1 && <p className="controls-ask">{letter(draft.at)}</p>}
      <div className="row">
        {MARKS.map((one) => (
          <Choice key={one} command={changing({ do: "mark", mark: one })} className={`says-${TONE[one]}`} pressed={mark === one}>
            <span aria-hidden="true">{SIGN[one]} </span>
            {{ good: t("Good"), neutral: t("Neutral"), bad: t("Bad") }[TONE[one]]}
          </Choice>
        ))}
        <Choice command={changing({ do: "first_error" })} className="says-bad">
          {t("First error")}
        </Choice>
      </div>
      <div className="row">
        <Choice command={changing({ do: "finish" })} pressed={end === "solved" || end === "found_error"}>
          {bad ? t("Error found") : t("Solved")}
        </Choice>
        <Choice command={changing({ do: "gave_up" })} pressed={end === "gave_up"}>
          {t("Gave up")}
        </Choice>
        <Choice command={changing({ do: "bad_problem" })} pressed={end === "bad_problem"}>
          {t("Bad problem")}
        </Choice>
      </div>
    </div>
  );
}

function mark({ draft }: Props, place: number): string {
  return draft.end[place] ? "✓" : "";
}

export const stepsScreen: Screen<StepsQuestion, StepsDraft> = { Controls, body, under, mark };
