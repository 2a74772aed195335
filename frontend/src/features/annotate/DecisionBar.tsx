/** The answers, in the same place for every card: a scale from "A far better" to "B far better", and the ways out. */

import { memo } from "react";

import { type Decision, decision, sameDecision } from "../../domain/answers";

interface Option {
  area: string;
  said: Decision;
  short: string;
  keys: string[];
  tone: "a" | "b" | "even";
  /** Said before and after the short word to those who do not see where the button stands. */
  side?: "A" | "B";
  main?: boolean;
}

const OPTIONS: Option[] = [
  { area: "afar", said: decision("left", 3), short: "far", keys: ["⇧", "A"], tone: "a", side: "A" },
  { area: "a", said: decision("left"), short: "A better", keys: ["A", "←"], tone: "a", main: true },
  { area: "aslight", said: decision("left", 1), short: "slightly", keys: [","], tone: "a", side: "A" },
  { area: "tie", said: decision("tie"), short: "Tie", keys: ["T"], tone: "even" },
  { area: "bad", said: decision("both_bad"), short: "Both bad", keys: ["X"], tone: "even" },
  { area: "bslight", said: decision("right", 1), short: "slightly", keys: ["."], tone: "b", side: "B" },
  { area: "b", said: decision("right"), short: "B better", keys: ["→", "B"], tone: "b", main: true },
  { area: "bfar", said: decision("right", 3), short: "far", keys: ["⇧", "B"], tone: "b", side: "B" },
];

const SKIP = decision("skip");

function Keys({ keys }: { keys: string[] }) {
  return (
    <span className="keys" aria-hidden="true">
      {keys.map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  );
}

interface Props {
  chosen: Decision | null;
  flash: Decision | null;
  canUndo: boolean;
  disabled: boolean;
  onDecide: (said: Decision) => void;
  onUndo: () => void;
}

export const DecisionBar = memo(function DecisionBar({ chosen, flash, canUndo, disabled, onDecide, onUndo }: Props) {
  const marks = (said: Decision) =>
    [chosen && sameDecision(chosen, said) ? "is-chosen" : "", flash && sameDecision(flash, said) ? "is-flashing" : ""].join(" ");
  return (
    <div className="bar" role="group" aria-label="Your judgement">
      <button type="button" className="choice tone-plain area-undo" onClick={onUndo} disabled={!canUndo}>
        <span className="choice-name">Undo</span>
        <Keys keys={["Z"]} />
      </button>
      {OPTIONS.map((option) => (
        <button
          key={option.area}
          type="button"
          className={`choice side-${option.tone} area-${option.area} ${option.main ? "choice-main" : ""} ${marks(option.said)}`}
          aria-pressed={chosen ? sameDecision(chosen, option.said) : undefined}
          disabled={disabled}
          onClick={() => onDecide(option.said)}
        >
          <span className="choice-name">
            {!option.main && option.side && <span className="visually-hidden">{option.side} </span>}
            {option.short}
            {!option.main && option.side && <span className="visually-hidden"> better</span>}
          </span>
          <Keys keys={option.keys} />
        </button>
      ))}
      <button
        type="button"
        className={`choice tone-plain area-skip ${marks(SKIP)}`}
        disabled={disabled}
        onClick={() => onDecide(SKIP)}
      >
        <span className="choice-name">Skip</span>
        <Keys keys={["S"]} />
      </button>
    </div>
  );
});
