/** The last ten answers, newest first; each re-opens its card. */

import { memo } from "react";

import { glyph, inWords } from "../../domain/answers";
import type { Past } from "../../domain/deck";
import type { Form } from "../../domain/form";
import { asked, summary } from "../../domain/messages";
import { t } from "../../i18n";
import { Judged } from "../../ui/Judged";
import { useLanguage } from "../../ui/language";

interface Props {
  form: Form;
  past: Past[];
  reopened: string | null;
  onReopen: (key: string) => void;
}

function said(form: Form, one: Past): string {
  const words = inWords(form, one);
  if (one.status === "saved") return words;
  return one.status === "sending" ? t("{{words}}, not sent yet", { words }) : t("{{words}}, not counted", { words });
}

/** Sides have their colours; every other answer is told by its sign alone. */
function tone({ answer, skip }: Past): string {
  const first = skip || !answer ? undefined : Object.values(answer)[0];
  if (first && "choice" in first && (first.choice === "first" || first.choice === "second")) return `rail-${first.choice}`;
  return "";
}

export const HistoryRail = memo(function HistoryRail({ form, past, reopened, onReopen }: Props) {
  useLanguage();
  return (
    <nav className="rail" aria-label={t("Your last answers")}>
      <ol>
        {past.map((one) => (
          <li key={one.assignment}>
            <button
              type="button"
              className={`rail-item ${tone(one)} rail-is-${one.status} ${one.key === reopened ? "is-open" : ""}`}
              disabled={one.status === "refused"}
              aria-current={one.key === reopened ? "true" : undefined}
              title={said(form, one)}
              onClick={() => onReopen(one.key)}
            >
              <span className="rail-glyph" aria-hidden="true">
                {glyph(form, one)}
                {one.flagged && "⚑"}
              </span>
              <span className="visually-hidden">
                {t("Change: {{words}}", { words: said(form, one) })},{" "}
              </span>
              <span className="rail-text">
                <Judged text={summary(asked(one.card.prompt), 48)} />
              </span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
});
