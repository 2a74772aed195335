/** What may be used: labels first; hours, money, people, strata and age for those who open what is folded. */

import { percent } from "../../domain/format";
import { neededReserve } from "../../domain/newQuality";
import { numberOf } from "../../domain/typedNumber";
import { t } from "../../i18n";
import { Field, type FormProps, Tick, typed } from "./Field";
import { NumberField } from "./NumberField";

function HoursAndMoney(props: FormProps) {
  return (
    <details>
      <summary>{t("Hours and money")}</summary>
      <p className="hint">{t("Whatever ends first stops the campaign. What an answer may cost at most is set aside before it is asked for.")}</p>
      <div className="field-row">
        <NumberField {...props} field="budgetHours" label={t("Budget, hours")} hint={t("Of people's measured, active time. Empty: no cap.")} />
        <NumberField {...props} field="budgetMoney" label={t("Budget, money")} hint={t("Empty: no cap.")} />
        <Field label={t("Currency")} hint={t("Three letters, such as EUR.")} problem={props.wrong.currency}>
          {(ids) => <input {...ids} {...typed(props, "currency")} maxLength={3} size={4} autoComplete="off" />}
        </Field>
      </div>
      <div className="field-row">
        <NumberField {...props} field="payPerLabel" label={t("Pay per label")} hint={t("Empty: nothing per label.")} />
        <NumberField {...props} field="payPerHour" label={t("Pay per hour")} hint={t("Of measured time. Empty: nothing per hour.")} />
        <NumberField {...props} field="paidSeconds" label={t("Paid at most, seconds per label")} hint={t("Empty: as long as a card is held.")} />
      </div>
    </details>
  );
}

function Shares(props: FormProps) {
  const needed = neededReserve(props.form);
  return (
    <details>
      <summary>{t("Reserve and caps")}</summary>
      <div className="field-row">
        <NumberField
          {...props}
          field="reserve"
          label={t("Reserve, %")}
          proposed={String(Math.round(needed * 100))}
          hint={t("Kept for known answers, repeats, one more person and adjudication. Empty: {{share}}, what these settings will take.", {
            share: percent(needed),
          })}
        />
        <NumberField {...props} field="personLabels" label={t("Labels per person")} hint={t("Empty: no cap.")} />
        <NumberField {...props} field="personHours" label={t("Hours per person")} hint={t("Empty: no cap.")} />
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
        <NumberField
          {...props}
          field="maxStepAge"
          label={t("Oldest, policy steps")}
          hint={t("Older rollouts are not asked about, and taken back while nobody has begun. Empty: any age.")}
        />
        <NumberField
          {...props}
          field="priorityDecay"
          label={t("Value lost per policy step, %")}
          hint={t("Older rollouts come later. 0: age plays no part.")}
        />
      </div>
    </details>
  );
}

const PACE = [
  { field: "openTasks", label: "Asked at once", hint: "Small: a new version re-orders what is left." },
  { field: "leaseMinutes", label: "Lease, minutes", hint: "How long a card is held for one person." },
  { field: "maxSkips", label: "Skips that withdraw", hint: "A card that so many people pass on is not asked any more." },
  { field: "pairsPerGroup", label: "Pairs per prompt", hint: "Per round. Near-duplicates teach little." },
] as const;

const LEARNING = [
  { field: "retrainEvery", label: "Retrain after", hint: "New labels that start a retrain." },
  { field: "minLabels", label: "First training at", hint: "Below this many labels a reward model is noise." },
  { field: "heldoutShare", label: "Held out, % of prompts", hint: "Never trained on: they judge every version." },
  { field: "promotionSlack", label: "Promotion slack", hint: "By how much the held-out loss may be worse and a version still be promoted." },
  { field: "seed", label: "Seed", hint: "The same seed draws the same random questions." },
] as const;

function Folded({ title, fields, ...props }: FormProps & { title: string; fields: typeof PACE | typeof LEARNING }) {
  return (
    <details>
      <summary>{title}</summary>
      <div className="field-row">
        {fields.map(({ field, label, hint }) => (
          <NumberField key={field} {...props} field={field} label={t(label)} hint={t(hint)} />
        ))}
      </div>
    </details>
  );
}

export function BudgetFields(props: FormProps) {
  const { form, wrong, set } = props;
  return (
    <>
      <div className="field-row">
        <NumberField {...props} field="budget" label={t("Budget, labels")} hint={t("Never exceeded.")} />
        <NumberField {...props} field="overlap" label={t("Overlap")} hint={t("Answers per card, by different people.")} />
      </div>
      {numberOf(form.overlap) > 1 && (
        <Tick
          label={t("One more person on disagreement")}
          hint={t("and an adjudicator where that does not settle it.")}
          problem={wrong.extraOnDisagreement}
          checked={form.extraOnDisagreement}
          onTick={(extraOnDisagreement) => set({ extraOnDisagreement })}
        />
      )}
      {props.draft === undefined && (
        <Field label={t("Annotators")} hint={t("Usernames, separated by commas. Empty means everybody who annotates.")} problem={wrong.annotators}>
          {(ids) => <input {...ids} {...typed(props, "annotators")} autoComplete="off" spellCheck={false} />}
        </Field>
      )}
      <div className="folds">
        <HoursAndMoney {...props} />
        <Shares {...props} />
        <Age {...props} />
        <Folded {...props} title={t("Pace and leases")} fields={PACE} />
        <Folded {...props} title={t("Training the reward model")} fields={LEARNING} />
      </div>
    </>
  );
}
