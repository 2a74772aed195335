/**
 * One card: the prompt above, the completions named by place, and room for the question that is asked about them.
 *
 * A card that waits is drawn as it will be, but nobody can see, reach or hear it, and it moves nothing on the page.
 */

import { memo, type RefObject, useEffect, useLayoutEffect, useRef } from "react";

import type { Card } from "../../api/types";
import { asked as askedNow, type Filled, type Form } from "../../domain/form";
import type { AnyDraft, Change, Question } from "../../domain/kinds";
import { letter, places, type Shown } from "../../domain/kinds/kind";
import { t } from "../../i18n";
import { useLanguage } from "../../ui/language";
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
  /** The completions of the card on screen, for the keys that scroll. */
  panes: RefObject<HTMLDivElement | null>;
  change: (change: Change) => void;
  /** Not on screen yet. */
  waiting: boolean;
  /** What the last card on screen had the focus on, by name. */
  left: RefObject<string | null>;
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
function useInView(panes: RefObject<HTMLDivElement | null>, at: number, moves: boolean): void {
  useEffect(() => {
    if (moves) panes.current?.children[at]?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [panes, at, moves]);
}

function nameOf(element: Element): string {
  return element.getAttribute("aria-label") ?? element.textContent;
}

/** A card comes on screen from its beginning, and the focus stays on what has the same name; a field for words is left. */
function useOnScreen(card: RefObject<HTMLDivElement | null>, waiting: boolean, left: RefObject<string | null>): void {
  useLayoutEffect(() => {
    const own = card.current;
    if (waiting || !own) return;
    const main = own.closest("main");
    main?.scrollTo({ top: 0 });
    // Where the window scrolls and not its middle, a new card begins at its own top, below what was scrolled away.
    if (main && main.getBoundingClientRect().top < 0) main.scrollIntoView({ block: "start" });
    const same = [...own.querySelectorAll<HTMLElement>("[tabindex], button, summary")].find((one) => nameOf(one) === left.current);
    if (left.current !== null) same?.focus({ preventScroll: true });
    return () => {
      const focus = document.activeElement;
      left.current = focus && own.contains(focus) && !focus.matches("textarea, input, select") ? nameOf(focus) : null;
    };
  }, [card, waiting, left]);
}

/** Where the words of a card are marked, the place that is looked at shows itself; a card that waits has none yet. */
function lookedAt({ question, draft }: { question: Question; draft: AnyDraft }, waiting: boolean): AnyDraft {
  return waiting && screenOf(question.kind).body ? { ...draft, at: -1 } : draft;
}

export const CardView = memo(function CardView({ card, question, form, shown, filled, reading, panes, change, waiting, left }: Props) {
  useLanguage();
  const own = useRef<HTMLDivElement>(null);
  const boxes = useRef<HTMLDivElement>(null);
  const now = askedNow(form, filled);
  const n = card.completions.length;
  const at = now?.draft.at ?? 0;
  useInView(boxes, at, n > 2 && !waiting);
  useOnScreen(own, waiting, left);
  useLayoutEffect(() => {
    if (!waiting) panes.current = boxes.current;
  }, [panes, waiting]);
  if (!now) return null;
  const screen = screenOf(now.question.kind);
  const asked: Asked<Question, AnyDraft> = { ...now, draft: lookedAt(now, waiting), shown, change };
  const { Desk, body, under } = screen;
  const classes = ["card", `asks-${now.question.kind}`, n > 2 ? "has-tabs" : "", Desk && n === 1 ? "is-split" : "", waiting ? "is-waiting" : ""];
  return (
    <div ref={own} className={classes.join(" ")} data-at={n > 2 ? at : undefined}>
      <p className="question">{question}</p>
      <Prompt text={card.prompt} asWritten={reading.asWritten} />
      {n > 2 && <Tabs asked={asked} screen={screen} />}
      <Panes
        completions={card.completions}
        notes={card.notes}
        reading={reading}
        boxes={boxes}
        {...(body ? { body: (place: number) => body(asked, place) } : {})}
        {...(under ? { under: (place: number) => under(asked, place) } : {})}
        chosen={n > 2 ? [at] : []}
      />
      {/* A desk has fields with names of their own, of which a page holds one each. */}
      {Desk && !waiting && <Desk {...asked} />}
    </div>
  );
});
