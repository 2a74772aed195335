/** After a training card, before going on: how it went, the right answer beside one's own, and why. */

import "../../styles/gold.css";

import { useEffect, useId, useRef } from "react";

import type { Text } from "../../api/types";
import { inWords } from "../../domain/answers";
import type { Form } from "../../domain/form";
import { inWords as answerInWords } from "../../domain/form";
import { letter } from "../../domain/kinds/kind";
import { type Outcome, outcomeOf, type Told } from "../../domain/told";
import { t } from "../../i18n";
import { Content } from "../../ui/Content";

/** Enter pressed to send the answer must not pass over what it taught. */
const UNREAD_MS = 350;

const SIGNS: Record<Outcome, string> = { right: "✓", partly: "◐", not_yet: "→" };

function wordsFor(outcome: Outcome): string {
  switch (outcome) {
    case "right":
      return t("Right");
    case "partly":
      return t("Partly right");
    case "not_yet":
      return t("Not yet: here is what we look for");
  }
}

function TheCard({ prompt, completions }: { prompt: Text; completions: { text: Text }[] }) {
  return (
    <div className="lesson-card" role="region" aria-label={t("The card again")} tabIndex={0}>
      <Content text={prompt} />
      <div className="lesson-texts">
        {completions.map(({ text }, place) => (
          <div key={place} className="lesson-text">
            <h3>{letter(place)}</h3>
            <Content text={text} />
          </div>
        ))}
      </div>
    </div>
  );
}

export function Lesson({ told, form, onGoOn }: { told: Told; form: Form; onGoOn: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const since = useRef(Infinity);
  const title = useId();
  const { feedback, said, card } = told;
  const outcome = outcomeOf(feedback.score);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
    since.current = performance.now();
  }, []);
  const goOn = () => {
    if (performance.now() - since.current >= UNREAD_MS) dialog.current?.close();
  };
  return (
    <dialog
      ref={dialog}
      className="dialog lesson"
      aria-labelledby={title}
      onClose={onGoOn}
      onCancel={(event) => {
        event.preventDefault();
        goOn();
      }}
    >
      <div className="lesson-head">
        <p className="lesson-strip">{t("Training round")}</p>
        <h2 id={title} className={`lesson-outcome is-${outcome}`}>
          <span aria-hidden="true">{SIGNS[outcome]}</span> {wordsFor(outcome)}
        </h2>
        <dl className="lesson-answers">
          <div>
            <dt>{t("You said")}</dt>
            <dd>{inWords(form, said)}</dd>
          </div>
          <div>
            <dt>{t("The right answer")}</dt>
            <dd>{answerInWords(form, feedback.answer)}</dd>
          </div>
        </dl>
        {feedback.explanation && <Content text={feedback.explanation} ours />}
      </div>
      {card && <TheCard prompt={card.prompt} completions={card.completions} />}
      <div className="lesson-foot">
        <button type="button" className="button primary" ref={(own) => own?.setAttribute("autofocus", "")} onClick={goOn}>
          {t("Go on")} <kbd aria-hidden="true">⏎</kbd>
        </button>
      </div>
    </dialog>
  );
}
