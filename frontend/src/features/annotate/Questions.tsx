/** The questions of a form in their order: which is asked now, which are done. */

import { type Filled, type Form, isAnswered, isRequired, titleOfQuestion } from "../../domain/form";
import type { AnyDraft } from "../../domain/kinds";
import { t } from "../../i18n";

interface Props {
  form: Form;
  filled: Filled;
  onGo: (at: number) => void;
}

export function Questions({ form, filled, onGo }: Props) {
  if (form.length < 2) return null;
  return (
    <ol className="questions" aria-label={t("Questions on this card")}>
      {form.map((question, at) => {
        const done = isAnswered(question, filled.drafts[at] as AnyDraft);
        const leftOut = !isRequired(question) && !done;
        return (
          <li key={question.name}>
            <button
              type="button"
              className={`question-tab ${at === filled.at ? "is-here" : ""} ${done && at !== filled.at ? "is-done" : ""}`}
              aria-current={at === filled.at ? "step" : undefined}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onGo(at)}
            >
              <span className="question-number" aria-hidden="true">
                {done && at !== filled.at ? "✓" : at + 1}
              </span>
              {titleOfQuestion(question)}
              <span className="visually-hidden">, {leftOut ? "" : done ? t("done") : t("open")}</span>
              {leftOut && <span className="question-optional">{t("may be left out")}</span>}
            </button>
          </li>
        );
      })}
    </ol>
  );
}
