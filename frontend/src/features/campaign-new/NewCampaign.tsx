/** A new campaign, in three short parts with sensible defaults. It becomes a draft; nothing is asked before it opens. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useNavigate } from "react-router";

import { api } from "../../api/client";
import { count, slugOf } from "../../domain/format";
import { ACQUISITIONS, type CampaignForm, freshForm, problems, toRequest } from "../../domain/newCampaign";
import { Page, Panel, Problem } from "../../ui/parts";

interface FieldProps {
  label: string;
  hint?: ReactNode;
  problem?: string | undefined;
  children: (ids: { id: string; "aria-describedby": string; "aria-invalid": boolean }) => ReactNode;
}

function Field({ label, hint, problem, children }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": `${id}-hint`, "aria-invalid": !!problem })}
      <p id={`${id}-hint`} className={problem ? "field-problem" : "hint"}>
        {problem ?? hint}
      </p>
    </div>
  );
}

const ADVANCED: { field: keyof CampaignForm; label: string; hint: string; min: number; max: number; step?: string }[] = [
  { field: "retrainEvery", label: "Retrain after", hint: "New labels that start a retrain.", min: 1, max: 100_000 },
  { field: "minLabels", label: "First training at", hint: "Below this many labels a reward model is noise.", min: 2, max: 100_000 },
  { field: "pairsPerGroup", label: "Pairs per prompt", hint: "Per round. Near-duplicates teach little.", min: 1, max: 100 },
  { field: "openTasks", label: "Asked at once", hint: "Small: a new version re-orders what is left.", min: 1, max: 2_000_000 },
  { field: "leaseMinutes", label: "Lease, minutes", hint: "How long a card is held for one person.", min: 1, max: 1440, step: "0.5" },
];

export default function NewCampaign() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const runs = useQuery({ queryKey: ["runs"], queryFn: api.runs });
  const [form, setForm] = useState(freshForm);
  const [tried, setTried] = useState(false);
  const create = useMutation({
    mutationFn: () => api.createCampaign(toRequest(form)),
    onSuccess: async (campaign) => {
      await client.invalidateQueries({ queryKey: ["campaigns"] });
      await navigate(`/campaigns/${campaign.slug}`);
    },
  });
  const wrong = tried ? problems(form) : {};
  const set = (part: Partial<CampaignForm>) => setForm((before) => ({ ...before, ...part }));
  const input = (field: keyof CampaignForm) => ({
    value: form[field] as string,
    onChange: (event: { target: { value: string } }) => set({ [field]: event.target.value }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problems(form)).length === 0) create.mutate();
  };
  const toggleRun = (name: string) =>
    set({ runs: form.runs.includes(name) ? form.runs.filter((one) => one !== name) : [...form.runs, name] });
  const acquisition = ACQUISITIONS.find((one) => one.name === form.acquisition);

  return (
    <Page title="New campaign">
      <form className="form form-wide" onSubmit={submit} noValidate>
        <Panel title="1. The question">
          <Field label="Name" hint={slugOf(form.name) ? `Address: ${slugOf(form.name)}` : "Short, for lists."} problem={wrong.name}>
            {(ids) => <input {...ids} {...input("name")} maxLength={200} autoFocus required />}
          </Field>
          <Field label="Question" hint="Shown above every pair." problem={wrong.question}>
            {(ids) => <input {...ids} {...input("question")} maxLength={1000} required />}
          </Field>
          <Field label="Guidelines" hint="Markdown. Annotators open them with the H key.">
            {(ids) => <textarea {...ids} {...input("guidelines")} rows={5} />}
          </Field>
        </Panel>
        <Panel title="2. What to ask about">
          <fieldset className="field">
            <legend>Runs</legend>
            {runs.isError && <Problem error={runs.error} />}
            {runs.data?.length === 0 && <p className="hint">No run has sent rollouts yet.</p>}
            {runs.data?.map((run) => (
              <label key={run.name} className="check">
                <input type="checkbox" checked={form.runs.includes(run.name)} onChange={() => toggleRun(run.name)} />
                {run.name}
                <span className="hint">
                  {count(run.groups)} groups, {count(run.rollouts)} rollouts
                </span>
              </label>
            ))}
            {wrong.runs && <p className="field-problem">{wrong.runs}</p>}
          </fieldset>
          <Field label="Acquisition" hint={acquisition?.meaning}>
            {(ids) => (
              <select {...ids} {...input("acquisition")}>
                {ACQUISITIONS.map((one) => (
                  <option key={one.name}>{one.name}</option>
                ))}
              </select>
            )}
          </Field>
          <Field label="Reward model" hint="The model these labels teach. Campaigns may share one.">
            {(ids) => <input {...ids} {...input("rewardModel")} placeholder={slugOf(form.name) || "same as the address"} />}
          </Field>
          <Field label="Random share, %" hint="Asked regardless of acquisition: the only unbiased control.">
            {(ids) => <input {...ids} {...input("randomShare")} type="number" min={0} max={100} step={1} inputMode="numeric" />}
          </Field>
        </Panel>
        <Panel title="3. Budget and people">
          <div className="field-row">
            <Field label="Budget, labels" hint="Never exceeded." problem={wrong.budget}>
              {(ids) => <input {...ids} {...input("budget")} type="number" min={1} step={1} inputMode="numeric" required />}
            </Field>
            <Field label="Overlap" hint="Answers per pair, by different people.">
              {(ids) => <input {...ids} {...input("overlap")} type="number" min={1} max={20} step={1} inputMode="numeric" />}
            </Field>
          </div>
          <Field label="Annotators" hint="Usernames, separated by commas. Empty means everybody who annotates.">
            {(ids) => <input {...ids} {...input("annotators")} />}
          </Field>
          <details>
            <summary>Pace and leases</summary>
            <div className="field-row">
              {ADVANCED.map(({ field, label, hint, min, max, step }) => (
                <Field key={field} label={label} hint={hint}>
                  {(ids) => <input {...ids} {...input(field)} type="number" min={min} max={max} step={step ?? "1"} />}
                </Field>
              ))}
            </div>
          </details>
        </Panel>
        {create.isError && <Problem error={create.error} />}
        {tried && Object.keys(problems(form)).length > 0 && (
          <p className="problem" role="alert">
            {Object.values(problems(form)).join(" ")}
          </p>
        )}
        <div className="actions">
          <button type="submit" className="button primary" disabled={create.isPending}>
            Create draft
          </button>
          <span className="quiet">Next you see what it would ask first.</span>
        </div>
      </form>
    </Page>
  );
}
