/** A new campaign, in four short parts with sensible defaults. It becomes a draft; nothing is asked before it opens. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";

import { api, ApiError } from "../../api/client";
import { slugOf } from "../../domain/format";
import {
  type CampaignForm,
  freshForm,
  type MachineKind,
  problems,
  type Problems,
  refusedFields,
  toRequest,
  withMachine,
} from "../../domain/newCampaign";
import { t } from "../../i18n";
import { Page, Panel, Problem } from "../../ui/parts";
import { BudgetFields } from "./BudgetFields";
import { DryRun } from "../campaigns/DryRun";
import { Field } from "./Field";
import { FormFields } from "./FormFields";
import { type FormProps, StrategyFields, typed } from "./StrategyFields";

const PACE = [
  { field: "retrainEvery", label: "Retrain after", hint: "New labels that start a retrain.", min: 1, max: 100_000, step: "1" },
  { field: "minLabels", label: "First training at", hint: "Below this many labels a reward model is noise.", min: 2, max: 100_000, step: "1" },
  { field: "pairsPerGroup", label: "Pairs per prompt", hint: "Per round. Near-duplicates teach little.", min: 1, max: 100, step: "1" },
  { field: "openTasks", label: "Asked at once", hint: "Small: a new version re-orders what is left.", min: 1, max: 2_000_000, step: "1" },
  { field: "leaseMinutes", label: "Lease, minutes", hint: "How long a card is held for one person.", min: 1, max: 1440, step: "0.5" },
] as const;

function Question(props: FormProps) {
  const { form, wrong } = props;
  return (
    <Panel title={t("1. The question")}>
      <Field label={t("Name")} hint={slugOf(form.name) ? t("Address: {{slug}}", { slug: slugOf(form.name) }) : t("Short, for lists.")} problem={wrong.name}>
        {(ids) => <input {...ids} {...typed(props, "name")} maxLength={200} autoFocus required />}
      </Field>
      <Field label={t("Question")} hint={t("Shown above every card.")} problem={wrong.question}>
        {(ids) => <input {...ids} {...typed(props, "question")} maxLength={1000} required />}
      </Field>
      <Field label={t("Guidelines")} hint={t("Markdown. Annotators open them with the H key.")} problem={wrong.guidelines}>
        {(ids) => <textarea {...ids} {...typed(props, "guidelines")} rows={5} />}
      </Field>
      <FormFields {...props} />
    </Panel>
  );
}

function Subject(props: FormProps) {
  const { form, wrong, set } = props;
  const runs = useQuery({ queryKey: ["runs"], queryFn: api.runs });
  const toggleRun = (name: string) =>
    set({ runs: form.runs.includes(name) ? form.runs.filter((one) => one !== name) : [...form.runs, name] });
  return (
    <Panel title={t("2. What to ask about")}>
      <fieldset className="field">
        <legend>{t("Runs")}</legend>
        {runs.isError && <Problem error={runs.error} />}
        {runs.data?.length === 0 && <p className="hint">{t("No run has sent rollouts yet.")}</p>}
        {runs.data?.map((run) => (
          <label key={run.name} className="check">
            <input
              type="checkbox"
              checked={form.runs.includes(run.name)}
              aria-invalid={!!wrong.runs}
              onChange={() => toggleRun(run.name)}
            />
            {run.name}
            <span className="hint">
              {t("{{groups}} groups, {{rollouts}} rollouts", { groups: run.groups, rollouts: run.rollouts })}
            </span>
          </label>
        ))}
        {wrong.runs && <p className="field-problem">{wrong.runs}</p>}
      </fieldset>
      <Field label={t("Reward model")} hint={t("The model these labels teach. Campaigns may share one.")} problem={wrong.rewardModel}>
        {(ids) => <input {...ids} {...typed(props, "rewardModel")} placeholder={slugOf(form.name) || t("same as the address")} />}
      </Field>
    </Panel>
  );
}

function BudgetAndPeople(props: FormProps) {
  const { wrong } = props;
  return (
    <Panel title={t("4. Budget and people")}>
      <BudgetFields {...props} />
      <Field
        label={t("Annotators")}
        hint={t("Usernames, separated by commas. Empty means everybody who annotates.")}
        problem={wrong.annotators}
      >
        {(ids) => <input {...ids} {...typed(props, "annotators")} />}
      </Field>
      <details>
        <summary>{t("Pace and leases")}</summary>
        <div className="field-row">
          {PACE.map(({ field, label, hint, min, max, step }) => (
            <Field key={field} label={t(label)} hint={t(hint)} problem={wrong[field]}>
              {(ids) => <input {...ids} {...typed(props, field)} type="number" min={min} max={max} step={step} />}
            </Field>
          ))}
        </div>
      </details>
    </Panel>
  );
}

/** What is wrong, field by field. A new refusal takes the person to its first field; a field that is edited is given another chance. */
function useProblems() {
  const [wrong, setWrong] = useState<Problems>({});
  const [refusals, setRefusals] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const first = refusals > 0 ? form.current?.querySelector<HTMLElement>("[aria-invalid=true]") : null;
    const folded = first?.closest("details");
    if (folded) folded.open = true;
    first?.focus();
  }, [refusals]);
  const refuse = (found: Problems) => {
    setWrong(found);
    setRefusals((before) => before + 1);
  };
  const edited = (part: Partial<CampaignForm>) =>
    setWrong((before) => Object.fromEntries(Object.entries(before).filter(([field]) => !(field in part))));
  return { form, wrong, refuse, edited };
}

export default function NewCampaign() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [form, setForm] = useState(() => ({ ...freshForm, question: t("Which completion is better?") }));
  const { form: element, wrong, refuse, edited } = useProblems();
  const create = useMutation({
    mutationFn: () => api.createCampaign(toRequest(form)),
    onSuccess: async (campaign) => {
      await client.invalidateQueries({ queryKey: ["campaigns"] });
      await navigate(`/campaigns/${campaign.slug}`);
    },
    onError: (error) => {
      if (error instanceof ApiError) refuse(refusedFields(error.message, error.context));
    },
  });
  const set = (part: Partial<CampaignForm>) => {
    setForm((before) => ({ ...before, ...part }));
    edited(part);
  };
  const chooseMachine = (machineKind: MachineKind) => set(withMachine(form, machineKind));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = problems(form);
    refuse(found);
    create.reset();
    if (Object.keys(found).length === 0) create.mutate();
  };
  const props = { form, wrong, set };

  return (
    <Page title={t("New campaign")}>
      <form ref={element} className="form form-wide" onSubmit={submit} noValidate>
        <Question {...props} />
        <Subject {...props} />
        <Panel title={t("3. How to choose")}>
          <StrategyFields {...props} onKind={chooseMachine} />
        </Panel>
        <BudgetAndPeople {...props} />
        <DryRun request={() => toRequest(form)} acquisition={form.acquisition} ready={form.runs.length > 0} />
        {create.isError && <Problem error={create.error} />}
        {!create.isError && Object.keys(wrong).length > 0 && (
          <p className="problem" role="alert">
            {Object.values(wrong).join(" ")}
          </p>
        )}
        <div className="actions">
          <button type="submit" className="button primary" disabled={create.isPending}>
            {t("Create draft")}
          </button>
          <span className="quiet">{t("Next you see what it would ask first.")}</span>
        </div>
      </form>
    </Page>
  );
}
