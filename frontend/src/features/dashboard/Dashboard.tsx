/** One campaign, live: its budget, its answers, its people, and what the model made of them. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import { api } from "../../api/client";
import type { Campaign, Dashboard as Data } from "../../api/types";
import { count, decimal, percent, plural } from "../../domain/format";
import { Badge, Loading, Page, Panel, Problem, ShareBar, Stat } from "../../ui/parts";
import { JobRow } from "../jobs/JobRow";
import { CalibrationPanel } from "./CalibrationPanel";
import { LearningCurve, UncertaintyHistogram } from "./charts";
import { LabelSets } from "./LabelSets";
import { MachinePanel } from "./MachinePanel";
import { PreviewPanel } from "./PreviewPanel";
import { StrategyPanel } from "./StrategyPanel";
import { Annotators, Versions } from "./tables";

const SHOWN_JOBS = 4;

type Move = "open" | "pause" | "close";

const MOVES: Record<Campaign["state"], [Move, string][]> = {
  draft: [["open", "Open"]],
  open: [
    ["pause", "Pause"],
    ["close", "Close"],
  ],
  paused: [
    ["open", "Open again"],
    ["close", "Close"],
  ],
  closed: [],
};

function useActions(slug: string) {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: ["dashboard", slug] });
  const move = useMutation({ mutationFn: (to: Move) => api.moveCampaign(slug, to), onSettled: refresh });
  const retrain = useMutation({ mutationFn: () => api.retrain(slug), onSettled: refresh });
  return { move, retrain };
}

function Actions({ campaign, actions }: { campaign: Campaign; actions: ReturnType<typeof useActions> }) {
  const { move, retrain } = actions;
  const ask = (to: Move) => {
    if (to !== "close" || window.confirm("Close this campaign for good? Open cards are withdrawn.")) move.mutate(to);
  };
  return (
    <>
      {campaign.state !== "draft" && (
        <button type="button" className="button" onClick={() => retrain.mutate()} disabled={retrain.isPending}>
          Retrain now
        </button>
      )}
      {MOVES[campaign.state].map(([to, label]) => (
        <button
          key={to}
          type="button"
          className={to === "open" ? "button primary" : "button"}
          onClick={() => ask(to)}
          disabled={move.isPending}
        >
          {label}
        </button>
      ))}
    </>
  );
}

function Figures({ data }: { data: Data }) {
  const { campaign, labels, tasks, rollouts } = data;
  const production = data.versions.find((version) => version.state === "production");
  return (
    <dl className="stats">
      <Stat label="Labels" value={count(labels.total)} detail={`${decimal(labels.per_hour, 0)} per hour`} />
      <Stat label="Budget left" value={count(campaign.budget.left)} detail={`of ${count(campaign.budget.labels)}`} />
      <Stat label="Tasks settled" value={count(tasks.settled)} detail={`${count(tasks.open)} open, ${count(tasks.leased)} in hand`} />
      <Stat
        label="Rollouts scored"
        value={percent(rollouts.total ? rollouts.scored / rollouts.total : 0)}
        detail={`${count(rollouts.scored)} of ${count(rollouts.total)}`}
      />
      <Stat
        label="In production"
        value={production ? `v${production.number}` : "–"}
        detail={production ? `held-out accuracy ${percent(production.metrics.heldout_accuracy as number | null, 1)}` : "none yet"}
      />
    </dl>
  );
}

function BudgetPanel({ campaign }: { campaign: Campaign }) {
  const { spent, reserved, left, labels } = campaign.budget;
  return (
    <Panel title="Budget" aside={<span className="quiet">{plural(labels, "label")}</span>}>
      <ShareBar
        parts={[
          { name: "spent", value: spent, tone: "strong" },
          { name: "reserved", value: reserved, tone: "soft" },
          { name: "left", value: left, tone: "rest" },
        ]}
      />
    </Panel>
  );
}

function LabelsPanel({ labels }: { labels: Data["labels"] }) {
  const by = (name: string) => labels.by_choice[name] ?? 0;
  return (
    <Panel title="Labels per choice" aside={<span className="quiet">{plural(labels.skips, "skip")}</span>}>
      <ShareBar
        parts={[
          { name: "first better", value: by("a"), tone: "a" },
          { name: "tie", value: by("tie"), tone: "soft" },
          { name: "both bad", value: by("both_bad"), tone: "bad" },
          { name: "second better", value: by("b"), tone: "b" },
        ]}
      />
    </Panel>
  );
}

export default function Dashboard() {
  const { slug = "" } = useParams();
  const dashboard = useQuery({
    queryKey: ["dashboard", slug],
    queryFn: () => api.dashboard(slug),
    refetchInterval: 2_000,
    // Polling does not redraw what has not changed.
    structuralSharing: true,
  });
  const actions = useActions(slug);
  if (!dashboard.data) {
    return <Page title="Campaign">{dashboard.isError ? <Problem error={dashboard.error} /> : <Loading />}</Page>;
  }
  const data = dashboard.data;
  const { campaign } = data;
  return (
    <Page title={campaign.name} actions={<Actions campaign={campaign} actions={actions} />}>
      <p className="lead">
        <Badge state={campaign.state} /> {campaign.question}{" "}
        <span className="quiet">
          {campaign.config.acquisition}, overlap {campaign.config.overlap}, {percent(campaign.config.random_share)} random, teaches{" "}
          {campaign.reward_model}
        </span>
      </p>
      {dashboard.isError && <Problem error={dashboard.error} />}
      {actions.move.isError && <Problem error={actions.move.error} />}
      {actions.retrain.isError && <Problem error={actions.retrain.error} />}
      {campaign.state === "draft" ? <PreviewPanel campaign={campaign} /> : <Live data={data} slug={slug} />}
    </Page>
  );
}

function Live({ data, slug }: { data: Data; slug: string }) {
  return (
    <>
      <Figures data={data} />
      <div className="panels">
        <StrategyPanel strategy={data.strategy} campaign={data.campaign} />
        <BudgetPanel campaign={data.campaign} />
        <LabelsPanel labels={data.labels} />
        {data.machine && <MachinePanel machine={data.machine} />}
        <Panel title="Learning curve">
          <LearningCurve points={data.learning_curve} />
        </Panel>
        <Panel title="Where the model is unsure">
          <UncertaintyHistogram histogram={data.uncertainty_histogram} />
        </Panel>
        <CalibrationPanel found={data.calibration} />
        <Panel title="Annotators">
          <Annotators rows={data.annotators} />
        </Panel>
        <Panel title="Training jobs">
          {data.jobs.length === 0 && <p className="quiet">None yet.</p>}
          <ul className="jobs">
            {data.jobs.slice(0, SHOWN_JOBS).map((job) => (
              <JobRow key={job.id} job={job} />
            ))}
          </ul>
          {data.jobs.length > SHOWN_JOBS && <Link to="/jobs">All jobs</Link>}
        </Panel>
        <Panel title="Versions">
          <Versions versions={data.versions} />
        </Panel>
        <LabelSets slug={slug} />
      </div>
    </>
  );
}
