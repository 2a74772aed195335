/** Good or bad: two buttons for the completion looked at, and the same two under each when there are several. */

import { type BinaryDraft, type BinaryQuestion, labelOf } from "../../../domain/kinds/binary";
import { letter } from "../../../domain/kinds/kind";
import { t } from "../../../i18n";
import { Choice, changing } from "../Keys";
import type { Asked, Screen } from "./screen";

type Props = Asked<BinaryQuestion, BinaryDraft>;

function mark({ draft }: Props, place: number): string {
  const good = draft.good[place];
  return good === null || good === undefined ? "" : good ? "✓" : "✕";
}

function Controls({ question, draft, shown }: Props) {
  const now = draft.good[draft.at] ?? null;
  return (
    <div className="controls binary-controls">
      {shown.texts.length > 1 && <p className="controls-ask">{t("Answer {{name}}", { name: letter(draft.at) })}</p>}
      <Choice command={changing({ do: "mark", good: true })} className="choice-main says-good" pressed={now === true} badges={2}>
        <span aria-hidden="true">✓ </span>
        {labelOf(question, true)}
      </Choice>
      <Choice command={changing({ do: "mark", good: false })} className="choice-main says-bad" pressed={now === false} badges={2}>
        <span aria-hidden="true">✕ </span>
        {labelOf(question, false)}
      </Choice>
    </div>
  );
}

function under(asked: Props, place: number) {
  if (asked.shown.texts.length === 1) return null;
  return (
    <div className="pane-choices">
      {[true, false].map((good) => (
        <button
          key={String(good)}
          type="button"
          className={`button small ${good ? "says-good" : "says-bad"}`}
          aria-pressed={asked.draft.good[place] === good}
          onClick={() => asked.change({ do: "mark", good, at: place })}
        >
          <span aria-hidden="true">{good ? "✓" : "✕"}</span> {labelOf(asked.question, good)}
          <span className="visually-hidden"> {letter(place)}</span>
        </button>
      ))}
    </div>
  );
}

export const binaryScreen: Screen<BinaryQuestion, BinaryDraft> = { Controls, under, mark };
