/** What people are asked about each card: one question, or several on one form. */

import { type Asked, freshQuestion, type Kind, KINDS, needsParts } from "../../domain/newForm";
import { t } from "../../i18n";
import { Field } from "./Field";
import { type FormProps, typed } from "./StrategyFields";

function KindChoice({ asked, onKind }: { asked: Asked; onKind: (kind: Kind) => void }) {
  return (
    <Field label={t("Kind")}>
      {(ids) => (
        <select {...ids} value={asked.kind} onChange={(event) => onKind(event.target.value as Kind)}>
          {KINDS.map(({ kind, title }) => (
            <option key={kind} value={kind}>
              {t(title)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface QuestionProps {
  asked: Asked;
  others: Asked[];
  alone: boolean;
  onChange: (asked: Asked) => void;
  onRemove: () => void;
}

function OneQuestion({ asked, others, alone, onChange, onRemove }: QuestionProps) {
  return (
    <div className="field-row">
      <KindChoice asked={asked} onKind={(kind) => onChange(freshQuestion(kind, others))} />
      <Field label={t("Shown as")} hint={t("Empty: the campaign's question.")}>
        {(ids) => <input {...ids} value={asked.title} maxLength={200} onChange={(event) => onChange({ ...asked, title: event.target.value })} />}
      </Field>
      {needsParts(asked.kind) && (
        <Field label={asked.kind === "rating" ? t("Criteria") : t("Types of errors")} hint={t("Separated by commas.")}>
          {(ids) => <input {...ids} value={asked.parts} onChange={(event) => onChange({ ...asked, parts: event.target.value })} />}
        </Field>
      )}
      <label className="check">
        <input type="checkbox" checked={asked.required} onChange={(event) => onChange({ ...asked, required: event.target.checked })} />
        {t("Must be answered")}
      </label>
      {!alone && (
        <button type="button" className="button" onClick={onRemove}>
          {t("Remove")}
          <span className="visually-hidden"> {asked.name}</span>
        </button>
      )}
    </div>
  );
}

export function FormFields(props: FormProps) {
  const { form, wrong, set } = props;
  const change = (at: number, asked: Asked) => set({ asked: form.asked.map((one, n) => (n === at ? asked : one)) });
  const add = () => set({ asked: [...form.asked, { ...freshQuestion("critique", form.asked), required: false }] });
  return (
    <fieldset className="field" aria-invalid={!!wrong.asked}>
      <legend>{t("What people do with a card")}</legend>
      <Field label={t("Completions per card")} hint={t("Of one prompt, judged together: 1 to 8.")} problem={wrong.completions}>
        {(ids) => <input {...ids} {...typed(props, "completions")} type="number" min={1} max={8} step={1} inputMode="numeric" />}
      </Field>
      {form.asked.map((asked, at) => (
        <OneQuestion
          key={asked.name}
          asked={asked}
          others={form.asked.filter((_, n) => n !== at)}
          alone={form.asked.length === 1}
          onChange={(changed) => change(at, changed)}
          onRemove={() => set({ asked: form.asked.filter((_, n) => n !== at) })}
        />
      ))}
      {wrong.asked && <p className="field-problem">{wrong.asked}</p>}
      <button type="button" className="button" onClick={add} disabled={form.asked.length >= 12}>
        {t("Add a question")}
      </button>
    </fieldset>
  );
}
