/** What people are asked about each card: one question, or several on one form, in the order they are asked. */

import { withAsked } from "../../domain/newCampaign";
import { type Asked, freshQuestion, type Kind, KINDS, needsParts, type Option, OPTIONS, problemOfOption, problemsOfForm, type Told } from "../../domain/newForm";
import { numberOf, typedAs } from "../../domain/typedNumber";
import { t } from "../../i18n";
import { Field, FieldProblem, type FormProps } from "./Field";
import { NumberField } from "./NumberField";

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

type Offered = (typeof OPTIONS)[Kind][number];

/** One option of a kind: ticked, chosen, counted or written, by what it is when nobody says anything. */
function OneOption({ option, told, onTell }: { option: Offered; told: Record<string, Told>; onTell: (value: Told) => void }) {
  const { name, preset }: Option = option;
  const value = told[name] ?? preset;
  if (typeof preset === "boolean") {
    return (
      <label className="check tick">
        <input type="checkbox" checked={value === true} onChange={(event) => onTell(event.target.checked)} />
        {t(option.label)}
      </label>
    );
  }
  if ("among" in option) {
    return (
      <Field label={t(option.label)}>
        {(ids) => (
          <select {...ids} value={String(value)} onChange={(event) => onTell(event.target.value)}>
            {option.among.map(([one, title]) => (
              <option key={one} value={one}>
                {t(title)}
              </option>
            ))}
          </select>
        )}
      </Field>
    );
  }
  return (
    <Field label={t(option.label)} problem={problemOfOption(option, value) ?? undefined}>
      {(ids) => <input {...ids} value={typeof value === "number" ? typedAs(value) : String(value)} maxLength={60} onChange={(event) => onTell(event.target.value)} />}
    </Field>
  );
}

interface QuestionProps {
  asked: Asked;
  others: Asked[];
  place: number;
  onChange: (asked: Asked) => void;
  onRemove: () => void;
  onEarlier: () => void;
}

function More({ asked, onChange }: Pick<QuestionProps, "asked" | "onChange">) {
  const tell = (name: string) => (value: Told) => onChange({ ...asked, told: { ...asked.told, [name]: value } });
  return (
    <details>
      <summary>
        {t("Options and guideline")}
        <span className="visually-hidden"> {asked.name}</span>
      </summary>
      {OPTIONS[asked.kind].length > 0 && (
        <div className="field-row asked-options">
          {OPTIONS[asked.kind].map((option) => (
            <OneOption key={option.name} option={option} told={asked.told} onTell={tell(option.name)} />
          ))}
        </div>
      )}
      <Field label={t("Guideline")} hint={t("Markdown, for this question alone.")}>
        {(ids) => <textarea {...ids} value={asked.guideline} maxLength={20_000} rows={2} onChange={(event) => onChange({ ...asked, guideline: event.target.value })} />}
      </Field>
    </details>
  );
}

function OneQuestion({ asked, others, place, onChange, onRemove, onEarlier }: QuestionProps) {
  return (
    <div className="asked" role="group" aria-label={t("Question {{n}}", { n: place + 1 })}>
      <div className="field-row">
        <KindChoice asked={asked} onKind={(kind) => onChange({ ...freshQuestion(kind, others), id: asked.id })} />
        <Field label={t("Shown as")} hint={t("Empty: the campaign's question.")}>
          {(ids) => <input {...ids} value={asked.title} maxLength={200} onChange={(event) => onChange({ ...asked, title: event.target.value })} />}
        </Field>
      </div>
      {needsParts(asked.kind) && (
        <Field
          label={asked.kind === "rating" ? t("Criteria") : t("Types of errors")}
          hint={asked.kind === "rating" ? t("A line each; after a colon, what it means: “helpful: does it answer what was asked?”") : t("A line each.")}
        >
          {(ids) => <textarea {...ids} value={asked.parts} rows={3} onChange={(event) => onChange({ ...asked, parts: event.target.value })} />}
        </Field>
      )}
      <More asked={asked} onChange={onChange} />
      <div className="asked-tools">
        <label className="check">
          <input type="checkbox" checked={asked.required} onChange={(event) => onChange({ ...asked, required: event.target.checked })} />
          {t("Must be answered")}
        </label>
        {place > 0 && (
          <button type="button" className="button quiet-button" onClick={onEarlier}>
            {t("Ask earlier")}
            <span className="visually-hidden">: {asked.name}</span>
          </button>
        )}
        {others.length > 0 && (
          <button type="button" className="button quiet-button" onClick={onRemove}>
            {t("Remove")}
            <span className="visually-hidden">: {asked.name}</span>
          </button>
        )}
      </div>
    </div>
  );
}

export function FormFields(props: FormProps) {
  const { form, wrong, set } = props;
  const problem = wrong.asked ?? problemsOfForm(form.asked, numberOf(form.completions));
  const change = (at: number, { given: _, ...asked }: Asked) => set(withAsked(form, form.asked.map((one, n) => (n === at ? asked : one))));
  const add = () => set({ asked: [...form.asked, { ...freshQuestion("critique", form.asked), required: false }] });
  const earlier = (at: number) => set(withAsked(form, form.asked.flatMap((one, n) => (n === at ? [] : n === at - 1 ? [form.asked[at] ?? one, one] : [one]))));
  return (
    <fieldset className="field" tabIndex={wrong.asked ? -1 : undefined} data-wrong={wrong.asked ? "" : undefined}>
      <legend>{t("What people do with a card")}</legend>
      <NumberField {...props} field="completions" label={t("Completions per card")} hint={t("Of one prompt, judged together: 1 to 8.")} />
      {form.asked.map((asked, at) => (
        <OneQuestion
          key={asked.id}
          asked={asked}
          others={form.asked.filter((_, n) => n !== at)}
          place={at}
          onChange={(changed) => change(at, changed)}
          onRemove={() => set(withAsked(form, form.asked.filter((_, n) => n !== at)))}
          onEarlier={() => earlier(at)}
        />
      ))}
      {problem && <FieldProblem text={problem} />}
      <button type="button" className="button" onClick={add} disabled={form.asked.length >= 12}>
        {t("Add a question")}
      </button>
    </fieldset>
  );
}
