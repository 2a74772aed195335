/** The order as a line of tokens, best first: drag one between two others or onto a tie, or move it by key or button. */

import { Fragment, type PointerEvent, useRef, useState } from "react";

import { letter } from "../../../domain/kinds/kind";
import { type RankingDraft, type RankingQuestion, ranksOf } from "../../../domain/kinds/ranking";
import { t } from "../../../i18n";
import { Choice, changing } from "../Keys";
import type { Asked, Screen } from "./screen";

type Props = Asked<RankingQuestion, RankingDraft>;

interface Goal {
  tier: number;
  onto: boolean;
}

interface Held {
  place: number;
  goal: Goal | null;
}

/** The middle of a tier ties, its edges go before or after it. */
const TIE_SHARE = 0.4;

function goalAt(line: HTMLElement, x: number, ties: boolean): Goal {
  const tiers = [...line.querySelectorAll<HTMLElement>(".tier")].map((tier) => tier.getBoundingClientRect());
  for (const [tier, { left, right, width }] of tiers.entries()) {
    const edge = ties ? (width * (1 - TIE_SHARE)) / 2 : width / 2;
    if (x < left + edge) return { tier, onto: false };
    if (ties && x < right - edge) return { tier, onto: true };
  }
  return { tier: tiers.length, onto: false };
}

function useDrag({ question, change }: Props) {
  const line = useRef<HTMLDivElement>(null);
  const [held, draw] = useState<Held | null>(null);
  const start = useRef(0);
  // A finger may move and rise between two drawings; what it held is asked when it rises.
  const latest = useRef<Held | null>(null);
  const setHeld = (next: Held | null) => {
    latest.current = next;
    draw(next);
  };
  const handlers = (place: number) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      start.current = event.clientX;
      setHeld({ place, goal: null });
      change({ do: "look", at: place });
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (!latest.current || !line.current || Math.abs(event.clientX - start.current) < 6) return;
      setHeld({ place, goal: goalAt(line.current, event.clientX, question.ties !== false) });
    },
    onPointerUp: () => {
      const goal = latest.current?.goal;
      if (goal) change({ do: "drop", place, ...goal });
      setHeld(null);
    },
    onPointerCancel: () => setHeld(null),
  });
  return { line, held, handlers };
}

function placeInWords({ tiers }: RankingDraft, place: number): string {
  const rank = ranksOf(tiers)[place] ?? 1;
  const words = { name: letter(place), rank: String(rank) };
  return tiers[rank - 1]?.length === 1 ? t("Answer {{name}}, place {{rank}}", words) : t("Answer {{name}}, place {{rank}}, tied", words);
}

function Token({ draft, place, held, ...rest }: { draft: RankingDraft; place: number; held: boolean }) {
  return (
    <button
      type="button"
      className={`token ${draft.at === place ? "is-here" : ""} ${held ? "is-held" : ""}`}
      aria-pressed={draft.at === place}
      aria-label={placeInWords(draft, place)}
      onMouseDown={(event) => event.preventDefault()}
      {...rest}
    >
      {letter(place)}
    </button>
  );
}

function Line(asked: Props) {
  const { draft, change } = asked;
  const { line, held, handlers } = useDrag(asked);
  const goal = held?.goal ?? null;
  const gap = (tier: number) => (goal && !goal.onto && goal.tier === tier ? "is-goal" : "");
  return (
    <div ref={line} className="rank-line" role="group" aria-label={t("Your order, best first")}>
      {draft.tiers.map((tier, index) => (
        <Fragment key={tier.join()}>
          <span className={`rank-gap ${gap(index)}`} aria-hidden="true">
            {index > 0 && "›"}
          </span>
          <span className={`tier ${tier.length > 1 ? "is-tie" : ""} ${goal?.onto && goal.tier === index ? "is-goal" : ""}`}>
            {tier.map((place, i) => (
              <Fragment key={place}>
                {i > 0 && <span aria-hidden="true">=</span>}
                <Token
                  draft={draft}
                  place={place}
                  held={held?.place === place && goal !== null}
                  {...{ onClick: () => change({ do: "look", at: place }), ...handlers(place) }}
                />
              </Fragment>
            ))}
          </span>
        </Fragment>
      ))}
      <span className={`rank-gap ${gap(draft.tiers.length)}`} aria-hidden="true" />
    </div>
  );
}

function Controls(asked: Props) {
  const { question, draft } = asked;
  const name = letter(draft.at);
  return (
    <div className="controls ranking-controls">
      <Line {...asked} />
      <p className="visually-hidden" aria-live="polite">
        {placeInWords(draft, draft.at)}
      </p>
      <div className="rank-moves">
        <Choice command={changing({ do: "better" })} label={t("{{name}} better: one place up", { name })}>
          {t("Better")}
        </Choice>
        <Choice command={changing({ do: "worse" })} label={t("{{name}} worse: one place down", { name })}>
          {t("Worse")}
        </Choice>
        {question.ties !== false && (
          <Choice command={changing({ do: "tie" })} label={t("Tie {{name}} with its neighbour", { name })}>
            {t("Tie")}
          </Choice>
        )}
      </div>
    </div>
  );
}

function under({ draft }: Props, place: number) {
  const rank = ranksOf(draft.tiers)[place] ?? 1;
  const tied = draft.tiers[rank - 1]?.length !== 1;
  const words = { rank: String(rank) };
  return <p className="pane-rank">{tied ? t("Place {{rank}}, tied", words) : t("Place {{rank}}", words)}</p>;
}

function mark({ draft }: Props, place: number): string {
  return String(ranksOf(draft.tiers)[place] ?? "");
}

export const rankingScreen: Screen<RankingQuestion, RankingDraft> = { Controls, under, mark };
