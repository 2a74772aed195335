/** One card: the prompt above, the completions named by place, and room for the question that is asked about them. */

import { memo, type RefObject, useEffect } from "react";

import type { Card } from "../../api/types";
import { asked as askedNow, type Filled, type Form } from "../../domain/form";
import type { AnyDraft, Change, Question } from "../../domain/kinds";
import { letter, places, type Shown } from "../../domain/kinds/kind";
import { t } from "../../i18n";
import { Panes } from "../reading/Panes";
import { Prompt } from "../reading/Prompt";
import type { Reading } from "../reading/useReading";
import { screenOf } from "./kinds";
import type { Asked, Screen } from "./kinds/screen";

interface Props {
  card: Card;
  question: string;
  form: Form;
  shown: Shown;
  filled: Filled;
  reading: Reading;
  panes: RefObject<HTMLDivElement | null>;
  change: (change: Change) => void;
}

/** Narrow screens show one of several completions at a time; these choose which. */
function Tabs({ asked, screen }: { asked: Asked<Question, AnyDraft>; screen: Screen<Question, AnyDraft> }) {
  return (
    <div className="tabs" role="group" aria-label={t("Answer shown")}>
      {places(asked.shown).map((place) => (
        <button
          key={place}
          type="button"
          className={`tab ${asked.draft.at === place ? "is-here" : ""}`}
          aria-pressed={asked.draft.at === place}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => asked.change({ do: "look", at: place })}
        >
          <span className="visually-hidden">{t("Answer")} </span>
          {letter(place)} <span className="tab-mark">{screen.mark?.(asked, place)}</span>
        </button>
      ))}
    </div>
  );
}

/** What a key looks at comes into view, wherever the page has scrolled. */
function useInView(panes: RefObject<HTMLDivElement | null>, at: number, several: boolean): void {
  useEffect(() => {
    if (several) panes.current?.children[at]?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [panes, at, several]);
}

export const CardView = memo(function CardView({ card, question, form, shown, filled, reading, panes, change }: Props) {
  const now = askedNow(form, filled);
  const n = card.completions.length;
  const at = now?.draft.at ?? 0;
  useInView(panes, at, n > 2);
  if (!now) return null;
  const screen = screenOf(now.question.kind);
  const asked: Asked<Question, AnyDraft> = { ...now, shown, change };
  const { Desk, body, under } = screen;
  const classes = ["card", `asks-${now.question.kind}`, n > 2 ? "has-tabs" : "", Desk && n === 1 ? "is-split" : ""];
  return (
    <div className={classes.join(" ")} data-at={n > 2 ? at : undefined}>
      <p className="question">{question}</p>
      <Prompt key={card.assignment} text={card.prompt} asWritten={reading.asWritten} />
      {n > 2 && <Tabs asked={asked} screen={screen} />}
      <Panes
        completions={card.completions}
        notes={card.notes}
        reading={reading}
        boxes={panes}
        {...(body ? { body: (place: number) => body(asked, place) } : {})}
        {...(under ? { under: (place: number) => under(asked, place) } : {})}
        chosen={n > 2 ? [at] : []}
      />
      {/* By card: whoever was writing on the last one has left its field. */}
      {Desk && <Desk key={`desk-${card.assignment}`} {...asked} />}
    </div>
  );
});
