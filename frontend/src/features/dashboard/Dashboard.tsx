/** One campaign, live: its budget, its answers, its people, and what the model made of them. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import "../../styles/desk.css";

import { api } from "../../api/client";
import { csv } from "../../api/desk";
import type { Dashboard as Data } from "../../api/types";
import { count, percent } from "../../domain/format";
import { compares } from "../../domain/newForm";
import { t, tn } from "../../i18n";
import { CsvLink } from "../../ui/CsvLink";
import { Badge, Loading, Page, Panel, Problem, ShareBar, Stat } from "../../ui/parts";
import { JobRow } from "../jobs/JobRow";
import { Actions, StateNote, useActions } from "./Actions";
import { Alarms } from "./Alarms";
import { BeforeOpening } from "./BeforeOpening";
import { BudgetPanel } from "./BudgetPanel";
import { CalibrationPanel } from "./CalibrationPanel";
import { CampaignNav } from "./CampaignNav";
import { LearningCurve, UncertaintyHistogram } from "./charts";
import { DraftPanel } from "./DraftPanel";
import { LabelSets } from "./LabelSets";
import { MachinePanel } from "./MachinePanel";
import { PreviewPanel } from "./PreviewPanel";
import { StrategyPanel } from "./StrategyPanel";
import { Annotators, Versions } from "./tables";
import { TopUp, useTopUp } from "./TopUp";
import { ASK_EVERY, ASK_LIVE, useLive } from "./useLive";

const SHOWN_JOBS = 4;

function Figures({ data }: { data: Data }) {
  const { campaign, labels, tasks, rollouts } = data;
  const production = data.versions.find((version) => version.state === "production");
  return (
    <dl className="stats">
      <Stat label={t("Labels")} value={count(labels.total)} detail={t("{{n}} in the last hour; {{paid}} answers paid", { n: count(labels.last_hour), paid: count(campaign.budget.spent) })} />
      <Stat
        label={t("Budget left")}
        value={count(campaign.budget.labels - campaign.budget.spent)}
        detail={t("of {{all}}; {{asked}} asked for now", { all: count(campaign.budget.labels), asked: count(campaign.budget.reserved) })}
      />
      <Stat
        label={t("Tasks settled")}
        value={count(tasks.settled)}
        detail={t("{{open}} open, {{leased}} in hand", { open: tasks.open, leased: tasks.leased })}
      />
      <Stat
        label={t("Rollouts scored")}
        value={percent(rollouts.total ? rollouts.scored / rollouts.total : 0)}
        detail={t("{{part}} of {{all}}", { part: rollouts.scored, all: rollouts.total })}
      />
      <Stat
        label={t("In production")}
        value={production ? `v${production.number}` : "–"}
        detail={
          production
            ? t("held-out accuracy {{share}}", { share: percent(production.metrics.heldout_accuracy as number | null, 1) })
            : t("none yet")
        }
      />
    </dl>
  );
}

/** What was chosen for it, in one line. Answers that compare nothing teach no reward model, and it does not claim so. */
function settings({ config, reward_model: model, form, completions }: Data["campaign"]): string {
  const told = { strategy: config.acquisition, overlap: config.overlap, share: percent(config.random_share) };
  return compares(form, completions)
    ? t("{{strategy}}, overlap {{overlap}}, {{share}} random, teaches {{model}}", { ...told, model })
    : t("{{strategy}}, overlap {{overlap}}, {{share}} random, teaches no reward model: its answers compare nothing", told);
}

function LabelsPanel({ labels, slug }: { labels: Data["labels"]; slug: string }) {
  const by = (name: string) => labels.by_choice[name] ?? 0;
  return (
    <Panel title={t("Labels per choice")} aside={
        <span className="quiet">
          {tn(labels.skips, "{{n}} skip", "{{n}} skips")} · <CsvLink href={csv.table(slug, "labels")} of={t("Labels per choice")} />
        </span>
      }>
      <ShareBar
        parts={[
          { name: t("first better"), value: by("first"), tone: "a" },
          { name: t("tie"), value: by("tie"), tone: "soft" },
          { name: t("both bad"), value: by("both_bad"), tone: "bad" },
          { name: t("second better"), value: by("second"), tone: "b" },
        ]}
      />
    </Panel>
  );
}

const PAGES = { overview: Overview, learning: Learning } as const;

/** One campaign's overview, or what it has learnt: two pages over one reading of the desk. */
export default function Dashboard({ page = "overview" }: { page?: keyof typeof PAGES }) {
  const { slug = "" } = useParams();
  const live = useLive(slug);
  const dashboard = useQuery({
    queryKey: ["dashboard", slug],
    queryFn: () => api.dashboard(slug),
    refetchInterval: live ? ASK_LIVE : ASK_EVERY,
    // Asking again does not redraw what has not changed.
    structuralSharing: true,
  });
  const actions = useActions(slug);
  const topUp = useTopUp();
  if (!dashboard.data) {
    return <Page title={t("Campaign")}>{dashboard.isError ? <Problem error={dashboard.error} /> : <Loading />}</Page>;
  }
  const data = dashboard.data;
  const { campaign } = data;
  const Shown = PAGES[page];
  return (
    <Page title={campaign.name} actions={<Actions campaign={campaign} actions={actions} />}>
      <p className="lead">
        <Badge state={campaign.used_up ? "used_up" : campaign.state} /> {campaign.question}{" "}
        <span className="quiet">
          {settings(campaign)}
        </span>
      </p>
      {dashboard.isError && <Problem error={dashboard.error} />}
      {actions.move.isError && <Problem error={actions.move.error} />}
      {actions.retrain.isError && <Problem error={actions.retrain.error} />}
      <StateNote state={campaign.state} />
      {topUp.shown && campaign.state !== "closed" && <TopUp campaign={campaign} onClose={topUp.hide} />}
      {campaign.state === "draft" ? (
        <>
          <BeforeOpening campaign={campaign} />
          <DraftPanel key={campaign.slug} campaign={campaign} />
          <PreviewPanel campaign={campaign} />
        </>
      ) : (
        <>
          <CampaignNav slug={slug} />
          <Shown data={data} slug={slug} live={live} />
        </>
      )}
    </Page>
  );
}

interface PageProps {
  data: Data;
  slug: string;
  live: boolean;
}

function Overview({ data, slug, live }: PageProps) {
  return (
    <>
      <Alarms alarms={data.alarms} slug={slug} />
      <Figures data={data} />
      <div className="panels">
        <BudgetPanel campaign={data.campaign} />
        <Panel title={t("Annotators")} aside={<CsvLink href={csv.table(slug, "annotators")} of={t("Annotators")} />}>
          <Annotators rows={data.annotators} slug={slug} />
        </Panel>
        <Panel title={t("Training jobs")} aside={<CsvLink href={csv.table(slug, "jobs")} of={t("Training jobs")} />}>
          {data.jobs.length === 0 && <p className="quiet">{t("None yet.")}</p>}
          <ul className="jobs">
            {data.jobs.slice(0, SHOWN_JOBS).map((job) => (
              <JobRow key={job.id} job={job} />
            ))}
          </ul>
          {data.jobs.length > SHOWN_JOBS && (
            <details>
              <summary>{t("Earlier trainings")}</summary>
              <ul className="jobs">
                {data.jobs.slice(SHOWN_JOBS).map((job) => (
                  <JobRow key={job.id} job={job} />
                ))}
              </ul>
            </details>
          )}
        </Panel>
        {data.campaign.form.some(({ kind }) => kind === "pair") && <LabelsPanel labels={data.labels} slug={slug} />}
        <LabelSets slug={slug} />
        <Panel title={t("Its rollouts")}>
          <ul className="run-links">
            {data.campaign.runs.map((run) => (
              <li key={run}>
                <Link to={`/explorer?run=${encodeURIComponent(run)}`}>{run}</Link>{" "}
                <Link className="quiet" to={`/runs/${encodeURIComponent(run)}`}>
                  {t("How this run went")}
                </Link>
              </li>
            ))}
          </ul>
        </Panel>
      </div>
      <p className="quiet live-sign">
        <span className={live ? "dot tone-good" : "dot tone-soft"} aria-hidden="true" />
        {live ? t("Live: changes show within seconds.") : t("Asking every {{n}} seconds.", { n: ASK_EVERY / 1000 })}
      </p>
    </>
  );
}

function Learning({ data, slug }: PageProps) {
  return (
    <div className="panels">
      <StrategyPanel strategy={data.strategy} campaign={data.campaign} />
      {data.machine && <MachinePanel machine={data.machine} slug={slug} />}
      <Panel title={t("Learning curve")}>
        <LearningCurve points={data.learning_curve} csv={csv.table(slug, "learning-curve")} />
      </Panel>
      <Panel title={t("Where the model is unsure")}>
        <UncertaintyHistogram histogram={data.uncertainty_histogram} csv={csv.table(slug, "uncertainty")} />
      </Panel>
      <CalibrationPanel found={data.calibration} slug={slug} />
      <Panel title={t("Versions")} wide aside={<CsvLink href={csv.table(slug, "versions")} of={t("Versions")} />}>
        <Versions versions={data.versions} />
      </Panel>
    </div>
  );
}
