/** A scale from "A far better" to "B far better", with tie and both bad in its middle. */

import { choose, type PairDraft, type PairQuestion, sameChoice, type Strength } from "../../../domain/kinds/pair";
import { t } from "../../../i18n";
import { Choice, changing } from "../Keys";
import type { Asked, Screen } from "./screen";

type Props = Asked<PairQuestion, PairDraft>;

function Side({ question, draft, choice, strength }: Props & { choice: "first" | "second"; strength: Strength }) {
  const side = choice === "first" ? "A" : "B";
  const change = choose(question, choice, strength);
  const main = strength === 2;
  const words = { 1: t("slightly"), 2: t("{{side}} better", { side }), 3: t("far") }[strength];
  const whole = { 1: t("{{side}} slightly better", { side }), 2: words, 3: t("{{side}} far better", { side }) }[strength];
  return (
    <Choice
      command={changing(change)}
      className={`side-${side.toLowerCase()} ${main ? "choice-main" : "choice-degree"}`}
      pressed={draft.said ? sameChoice(draft.said, change.said) : undefined}
      label={whole}
      badges={main ? 3 : 1}
    >
      {words}
    </Choice>
  );
}

function Even({ question, draft, choice }: Props & { choice: "tie" | "both_bad" }) {
  const change = choose(question, choice);
  return (
    <Choice command={changing(change)} className="choice-even" pressed={draft.said ? sameChoice(draft.said, change.said) : undefined}>
      {choice === "tie" ? t("Tie") : t("Both bad")}
    </Choice>
  );
}

function Controls(props: Props) {
  const graded = props.question.strength !== false;
  return (
    <div className="controls pair-controls">
      {graded && <Side {...props} choice="first" strength={3} />}
      <Side {...props} choice="first" strength={2} />
      {graded && <Side {...props} choice="first" strength={1} />}
      {props.question.ties !== false && <Even {...props} choice="tie" />}
      {props.question.both_bad !== false && <Even {...props} choice="both_bad" />}
      {graded && <Side {...props} choice="second" strength={1} />}
      <Side {...props} choice="second" strength={2} />
      {graded && <Side {...props} choice="second" strength={3} />}
    </div>
  );
}

export const pairScreen: Screen<PairQuestion, PairDraft> = { Controls };
