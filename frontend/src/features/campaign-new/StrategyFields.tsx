/** How questions are chosen: the strategy, what judges it, and the machine's labels it may start from. */

import type { MachineKind } from "../../domain/newCampaign";
import { DEFAULT_STRATEGY, meaningOf, type Offered, type OfferedGroup, offered, STRATEGY_GROUPS } from "../../domain/strategies";
import { numberOf } from "../../domain/typedNumber";
import { t } from "../../i18n";
import { Field, type FormProps, Tick, typed } from "./Field";
import { NumberField } from "./NumberField";

function Strategies() {
  return (
    <details className="strategies">
      <summary>{t("What each strategy does")}</summary>
      {STRATEGY_GROUPS.map((group) => (
        <div key={group.title}>
          <h3>{t(group.title)}</h3>
          <dl>
            {group.strategies.map((one) => (
              <div key={one.name}>
                <dt>
                  {t(one.title)} <code>{one.name}</code>
                </dt>
                <dd>{t(one.meaning)}</dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </details>
  );
}

function Option({ one }: { one: Offered }) {
  return (
    <option value={one.name}>
      {t(one.title)} ({one.name}
      {one.name === DEFAULT_STRATEGY && t(", default")})
    </option>
  );
}

function titleIn(group: OfferedGroup, closed: boolean): string {
  if (closed) return t("{{group}} (choose whose labels below)", { group: t(group.title) });
  return group.needsMachine ? t(group.title) : t("Others: {{group}}", { group: t(group.title) });
}

function StrategyChoice(props: FormProps) {
  const { form, wrong } = props;
  const { usual, others } = offered();
  return (
    <Field label={t("Strategy")} hint={meaningOf(form.acquisition)} problem={wrong.acquisition}>
      {(ids) => (
        <select {...ids} {...typed(props, "acquisition")}>
          <optgroup label={t("Usual choices")}>
            {usual.map((one) => (
              <Option key={one.name} one={one} />
            ))}
          </optgroup>
          {others.map((group) => {
            const closed = group.needsMachine && form.machineKind === "none";
            return (
              <optgroup key={group.title} label={titleIn(group, closed)} disabled={closed}>
                {group.strategies.map((one) => (
                  <Option key={one.name} one={one} />
                ))}
              </optgroup>
            );
          })}
        </select>
      )}
    </Field>
  );
}

const MACHINES = [
  ["none", "None: start from people's answers alone"],
  ["reward", "The run's reward"],
  ["part", "One part of the reward"],
  ["judge", "A judge"],
] as const;

const MACHINE_NAME = {
  part: ["Reward part", "The name the trainer gives it."],
  judge: ["Judge", "A name the operator has set up in TIEBREAK_JUDGES."],
} as const;

function Machine({ onKind, ...props }: FormProps & { onKind: (kind: MachineKind) => void }) {
  const { form, wrong } = props;
  const kind = form.machineKind;
  const name = kind === "part" || kind === "judge" ? MACHINE_NAME[kind] : null;
  return (
    <div className="field-row">
      <Field label={t("Machine labels to correct")} hint={t("People are asked where such a label is doubtful.")} problem={wrong.machineKind}>
        {(ids) => (
          <select {...ids} value={kind} onChange={(event) => onKind(event.target.value as MachineKind)}>
            {MACHINES.map(([value, text]) => (
              <option key={value} value={value}>
                {t(text)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {name && (
        <Field label={t(name[0])} hint={t(name[1])} problem={wrong.machineName}>
          {(ids) => <input {...ids} {...typed(props, "machineName")} maxLength={100} required />}
        </Field>
      )}
      {kind !== "none" && (
        <NumberField {...props} field="machinePairs" label={t("Pairs labelled per group")} hint={t("How many pairs of each group the machine labels.")} />
      )}
    </div>
  );
}

export function StrategyFields(props: FormProps & { onKind: (kind: MachineKind) => void }) {
  const { form, wrong, set } = props;
  const unjudged = numberOf(form.randomShare) <= 0;
  return (
    <>
      <StrategyChoice {...props} />
      <Strategies />
      <Machine {...props} />
      <div className="field-row">
        <NumberField
          {...props}
          field="randomShare"
          label={t("Random share, %")}
          hint={
            unjudged ? t("At 0 nothing can show whether the strategy pays.") : t("Asked whatever the strategy says: these answers judge it.")
          }
        />
        <NumberField
          {...props}
          field="coldAnswers"
          label={t("Cold start, answers")}
          hint={t("Spread over all kinds of prompts before the strategy begins: it knows nothing yet.")}
        />
      </div>
      <Tick
        label={t("Fall back to random")}
        hint={t("when the strategy is shown to teach less per answer than chance.")}
        problem={wrong.fallBack}
        checked={form.fallBack}
        onTick={(fallBack) => set({ fallBack })}
      />
      {form.fallBack && (
        <Tick
          label={t("The strategy must prove itself")}
          hint={t("fall back also when five rounds have not shown it to teach more. Gains show slowly: few good strategies pass within a thousand answers.")}
          problem={wrong.mustProve}
          checked={form.mustProve}
          onTick={(mustProve) => set({ mustProve })}
        />
      )}
      <Tick
        label={t("Value per second")}
        hint={t("of a person's time instead of per answer: shorter texts come earlier.")}
        problem={wrong.perSecond}
        checked={form.perSecond}
        onTick={(perSecond) => set({ perSecond })}
      />
    </>
  );
}
