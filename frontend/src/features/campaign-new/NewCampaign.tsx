/** A new campaign, in five short parts with sensible defaults. It becomes a draft; nothing is asked before it opens. */

import "../../styles/wizard.css";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";

import { api, ApiError } from "../../api/client";
import { slugOf } from "../../domain/format";
import {
  type CampaignForm,
  freshForm,
  type MachineKind,
  problems,
  type Problems,
  refusedFields,
  toChange,
  toRequest,
  withMachine,
} from "../../domain/newCampaign";
import { usualQuestion } from "../../domain/newForm";
import { forgetForm, keepForm, keptForm, placeOf } from "../../domain/newKept";
import { formLike, formOf } from "../../domain/newLike";
import { language, t } from "../../i18n";
import { Loading, Page, Panel, Problem, Waiting } from "../../ui/parts";
import { NothingHere, Stopped } from "../../ui/Stopped";
import { readAgain } from "../campaigns/useCampaign";
import { BudgetFields } from "./BudgetFields";
import { DryRun } from "../campaigns/DryRun";
import { Field, FieldProblem, type FormProps, ProblemLanguage, typed } from "./Field";
import { FormFields } from "./FormFields";
import { OutlookPanel } from "./OutlookPanel";
import { QualityFields } from "./QualityFields";
import { StrategyFields } from "./StrategyFields";

function Question(props: FormProps) {
  const { form, wrong, draft } = props;
  const slug = draft ?? slugOf(form.name);
  return (
    <Panel title={t("1. The question")}>
      <Field label={t("Name")} hint={slug ? t("Address: {{slug}}", { slug }) : t("Short, for lists.")} problem={wrong.name}>
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
      <fieldset className="field" tabIndex={wrong.runs ? -1 : undefined} data-wrong={wrong.runs ? "" : undefined}>
        <legend>{t("Runs")}</legend>
        {runs.isError && <Problem error={runs.error} />}
        {runs.isPending && <Loading />}
        {runs.data?.length === 0 && <p className="hint">{t("No run has sent rollouts yet. A trainer sends them, or the command line: see the README.")}</p>}
        {runs.data?.map((run) => (
          <label key={run.name} className="check tick">
            <input type="checkbox" checked={form.runs.includes(run.name)} onChange={() => toggleRun(run.name)} />
            <span>
              {run.name}{" "}
              <span className="hint">
                {t("{{groups}} groups, {{rollouts}} rollouts", { groups: run.groups, rollouts: run.rollouts })}
              </span>
            </span>
          </label>
        ))}
        {wrong.runs && <FieldProblem text={wrong.runs} />}
      </fieldset>
      <Field label={t("Reward model")} hint={t("The model these labels teach. Campaigns may share one.")} problem={wrong.rewardModel}>
        {(ids) => <input {...ids} {...typed(props, "rewardModel")} placeholder={(props.draft ?? slugOf(form.name)) || t("same as the address")} />}
      </Field>
    </Panel>
  );
}

/** What is wrong, field by field. A new refusal takes the person to its first field; a field that is edited is given another chance. */
function useProblems() {
  const [wrong, setWrong] = useState<Problems>({});
  const [refusals, setRefusals] = useState(0);
  const [spokenBy, setSpokenBy] = useState<"page" | "server">("page");
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const first = refusals > 0 ? form.current?.querySelector<HTMLElement>("[aria-invalid=true], [data-wrong]") : null;
    const folded = first?.closest("details");
    if (folded) folded.open = true;
    first?.focus();
  }, [refusals]);
  const refuse = (found: Problems, by: "page" | "server") => {
    setWrong(found);
    setSpokenBy(by);
    setRefusals((before) => before + 1);
  };
  const refused = (error: unknown) => {
    if (error instanceof ApiError) refuse(refusedFields(error.message, error.context), "server");
  };
  const edited = (part: Partial<CampaignForm>) =>
    setWrong((before) => Object.fromEntries(Object.entries(before).filter(([field]) => !(field in part))));
  return { form, wrong, refuse, refused, edited, language: spokenBy === "server" && language() !== "en" ? "en" : undefined };
}

/** The form as it was left in this tab, or as it begins; and the way back to its beginning. */
function useKeptForm(begin: () => CampaignForm, draft: string | undefined) {
  const session = useQuery({ queryKey: ["session"], queryFn: api.session, staleTime: Infinity });
  const [fresh, setFresh] = useState(begin);
  const place = placeOf(session.data?.username ?? "", draft === undefined ? fresh.like : `/${draft}`);
  const [left] = useState(() => keptForm(sessionStorage, place));
  const [form, setForm] = useState(left ?? fresh);
  const [restored, setRestored] = useState(left !== null);
  useEffect(() => {
    if (form !== fresh) keepForm(sessionStorage, place, form);
  }, [form, fresh, place]);
  const forget = () => forgetForm(sessionStorage, place);
  const startAfresh = () => {
    const again = begin();
    forget();
    setFresh(again);
    setForm(again);
    setRestored(false);
  };
  return { form, setForm, restored, forget, startAfresh };
}

/** `/campaigns/new`, or `/campaigns/new?like=helpful`: all settings of another campaign, for a new name. */
export default function NewCampaign() {
  const [address] = useSearchParams();
  const like = address.get("like") ?? "";
  const original = useQuery({ queryKey: ["campaign-to-copy", like], queryFn: () => api.campaign(like), enabled: like !== "", staleTime: Infinity });
  if (!like) return <Wizard key="" title={t("New campaign")} begin={() => ({ ...freshForm, question: usualQuestion("pair") })} />;
  if (!original.data) return <Page title={t("New campaign")}>{original.isError ? <Problem error={original.error} /> : <Loading />}</Page>;
  const { data } = original;
  return <Wizard key={like} title={t("New campaign like {{name}}", { name: data.name })} begin={() => formLike(data)} former={data.former} />;
}

/** `/campaigns/:slug/edit`: everything of a draft but its address and its people, who have a page of their own. */
export function EditDraft() {
  const { slug = "" } = useParams();
  const draft = useQuery({ queryKey: ["draft", slug], queryFn: () => api.campaign(slug), gcTime: 0, staleTime: Infinity });
  const back = { to: `/campaigns/${slug}`, place: t("Back to the campaign") };
  if (draft.isError) return <Stopped error={draft.error} {...back} retry={() => void draft.refetch()} />;
  if (!draft.data) return <Waiting />;
  if (draft.data.state !== "draft") {
    return (
      <NothingHere title={draft.data.name} {...back}>
        <p>{t("Once it is open its settings stay as they are. Budgets can still be raised.")}</p>
      </NothingHere>
    );
  }
  const { data } = draft;
  return <Wizard key={`/${slug}`} title={t("Change {{name}}", { name: data.name })} begin={() => formOf(data)} draft={slug} />;
}

interface WizardProps {
  title: string;
  begin: () => CampaignForm;
  /** The draft that is changed; none while a new one is made. */
  draft?: string;
  /** Of the campaign that is copied: people whose access has ended since. */
  former?: string[] | undefined;
}

function Wizard({ title, begin, draft, former = [] }: WizardProps) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const { form, setForm, restored, forget, startAfresh } = useKeptForm(begin, draft);
  const { form: element, wrong, refuse, refused, edited, language: theirs } = useProblems();
  const create = useMutation({
    mutationFn: () => (draft === undefined ? api.createCampaign(toRequest(form)) : api.editCampaign(draft, toChange(form, draft))),
    onSuccess: async (campaign) => {
      forget();
      await readAgain(client, campaign.slug);
      await navigate(`/campaigns/${campaign.slug}`);
    },
    onError: refused,
  });
  const set = (part: Partial<CampaignForm>) => {
    setForm((before) => ({ ...before, ...part }));
    edited(part);
  };
  const chooseMachine = (machineKind: MachineKind) => set(withMachine(form, machineKind));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = problems(form);
    refuse(found, "page");
    create.reset();
    if (Object.keys(found).length === 0) create.mutate();
  };
  const props = { form, wrong, set, draft };

  return (
    <Page title={title}>
      <div role="status">
        {restored && (
          <p className="state-note">
            {t("What you typed here before is back.")}{" "}
            <button type="button" className="button small" onClick={startAfresh}>
              {t("Start afresh")}
            </button>
          </p>
        )}
      </div>
      {former.length > 0 && <p className="quiet">{t("Left out, because their access has ended: {{names}}.", { names: former.join(", ") })}</p>}
      {form.like && !restored && <p className="lead quiet">{t("All its settings are here but its name. Nothing is drafted yet.")}</p>}
      <ProblemLanguage value={theirs}>
        <form ref={element} className="form wizard" onSubmit={submit} noValidate>
          <Question {...props} />
          <Subject {...props} />
          <Panel title={t("3. How to choose")}>
            <StrategyFields {...props} onKind={chooseMachine} />
          </Panel>
          <Panel title={t("4. Budget and people")}>
            <BudgetFields {...props} />
          </Panel>
          <Panel title={t("5. Answers to rely on")}>
            <QualityFields {...props} />
          </Panel>
          <div className="wizard-outlook">
            <OutlookPanel form={form} />
          </div>
          {draft === undefined && <DryRun request={() => toRequest(form)} acquisition={form.acquisition} ready={form.runs.length > 0} onRefused={refused} />}
          {create.isError && <Problem error={create.error} />}
          {!create.isError && Object.keys(wrong).length > 0 && (
            <p className="problem" role="alert" lang={theirs}>
              {[...new Set(Object.values(wrong))].join(" ")}
            </p>
          )}
          <div className="actions">
            <button type="submit" className="button primary" disabled={create.isPending}>
              {draft === undefined ? t("Create draft") : t("Save changes")}
            </button>
            {draft !== undefined && (
              <Link className="button" to={`/campaigns/${draft}`} onClick={forget}>
                {t("Leave it as it is")}
              </Link>
            )}
            <span className="quiet">{t("Nothing is asked before you open it. Next you see what it would ask first.")}</span>
          </div>
        </form>
      </ProblemLanguage>
    </Page>
  );
}
