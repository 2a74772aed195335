/** What may be used: labels first; hours, money, people, strata and age for those who open what is folded. */

import { t } from "../../i18n";
import { Field } from "./Field";
import { type FormProps, Tick, typed } from "./StrategyFields";

function Amount({ field, label, hint, min = 0, step = "any", max, ...props }: FormProps & {
  field: "budgetHours" | "budgetMoney" | "payPerLabel" | "payPerHour" | "paidSeconds" | "personLabels" | "personHours" | "reserve" | "maxStepAge" | "priorityDecay";
  label: string;
  hint: string;
  min?: number;
  max?: number;
  step?: string;
}) {
  return (
    <Field label={label} hint={hint} problem={props.wrong[field]}>
      {(ids) => <input {...ids} {...typed(props, field)} type="number" min={min} max={max} step={step} inputMode="decimal" />}
    </Field>
  );
}

function HoursAndMoney(props: FormProps) {
  return (
    <details>
      <summary>{t("Hours and money")}</summary>
      <p className="hint">{t("Whatever ends first stops the campaign. What an answer may cost at most is set aside before it is asked for.")}</p>
      <div className="field-row">
        <Amount {...props} field="budgetHours" label={t("Budget, hours")} hint={t("Of people's measured, active time. Empty: no cap.")} />
        <Amount {...props} field="budgetMoney" label={t("Budget, money")} hint={t("Empty: no cap.")} />
        <Field label={t("Currency")} hint={t("Three letters, such as EUR.")} problem={props.wrong.currency}>
          {(ids) => <input {...ids} {...typed(props, "currency")} maxLength={3} size={4} autoComplete="off" />}
        </Field>
      </div>
      <div className="field-row">
        <Amount {...props} field="payPerLabel" label={t("Pay per label")} hint={t("Empty: nothing per label.")} />
        <Amount {...props} field="payPerHour" label={t("Pay per hour")} hint={t("Of measured time. Empty: nothing per hour.")} />
        <Amount
          {...props}
          field="paidSeconds"
          label={t("Paid at most, seconds per label")}
          hint={t("Empty: as long as a card is held.")}
          min={1}
          max={86_400}
          step="1"
        />
      </div>
    </details>
  );
}

function Shares(props: FormProps) {
  return (
    <details>
      <summary>{t("Who and what gets how much")}</summary>
      <div className="field-row">
        <Amount {...props} field="personLabels" label={t("Labels per person")} hint={t("Empty: no cap.")} step="1" />
        <Amount {...props} field="personHours" label={t("Hours per person")} hint={t("Empty: no cap.")} />
        <Amount
          {...props}
          field="reserve"
          label={t("Reserve, %")}
          hint={t("Kept for known answers, repeats, one more person and adjudication.")}
          max={99}
          step="1"
        />
      </div>
      <div className="field-row">
        <Field label={t("Caps by")} hint={t("“run”, or a key of the group's meta such as language.")} problem={props.wrong.strataBy}>
          {(ids) => <input {...ids} {...typed(props, "strataBy")} maxLength={100} autoComplete="off" />}
        </Field>
        <Field
          label={t("Caps")}
          hint={t("One line each, labels or a share: “de: 200”, “en: 25%”. The rest of the budget goes elsewhere.")}
          problem={props.wrong.strataCaps}
        >
          {(ids) => <textarea {...ids} {...typed(props, "strataCaps")} rows={3} spellCheck={false} />}
        </Field>
      </div>
    </details>
  );
}

function Age(props: FormProps) {
  return (
    <details>
      <summary>{t("How old rollouts may be")}</summary>
      <div className="field-row">
        <Amount
          {...props}
          field="maxStepAge"
          label={t("Oldest, policy steps")}
          hint={t("Older rollouts are not asked about, and taken back while nobody has begun. Empty: any age.")}
          step="1"
        />
        <Amount
          {...props}
          field="priorityDecay"
          label={t("Value lost per policy step, %")}
          hint={t("Older rollouts come later. 0: age plays no part.")}
          max={99}
        />
      </div>
    </details>
  );
}

export function BudgetFields(props: FormProps) {
  const { form, wrong, set } = props;
  return (
    <>
      <div className="field-row">
        <Field label={t("Budget, labels")} hint={t("Never exceeded.")} problem={wrong.budget}>
          {(ids) => <input {...ids} {...typed(props, "budget")} type="number" min={1} step={1} inputMode="numeric" required />}
        </Field>
        <Field label={t("Overlap")} hint={t("Answers per card, by different people.")} problem={wrong.overlap}>
          {(ids) => <input {...ids} {...typed(props, "overlap")} type="number" min={1} max={20} step={1} inputMode="numeric" />}
        </Field>
      </div>
      {Number(form.overlap) > 1 && (
        <Tick
          label={t("One more person on disagreement")}
          hint={t("and an adjudicator where that does not settle it.")}
          problem={wrong.extraOnDisagreement}
          checked={form.extraOnDisagreement}
          onTick={(extraOnDisagreement) => set({ extraOnDisagreement })}
        />
      )}
      <HoursAndMoney {...props} />
      <Shares {...props} />
      <Age {...props} />
    </>
  );
}
