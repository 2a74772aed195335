/** One job in full: progress, numbers, error and log, live while it runs. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import { api } from "../../api/client";
import type { JobWithLog } from "../../api/types";
import { clock, count, decimal, metricName, when } from "../../domain/format";
import { jobTitle } from "../../domain/names";
import { t } from "../../i18n";
import { Badge, Loading, Page, Panel, Problem, Progress, Stat } from "../../ui/parts";
import { NothingHere, outOfReach, Stopped } from "../../ui/Stopped";

const LIVE = new Set(["queued", "running"]);

function Metrics({ metrics }: { metrics: JobWithLog["metrics"] }) {
  const numbers = Object.entries(metrics).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  if (numbers.length === 0) return null;
  return (
    <dl className="stats">
      {numbers.map(([name, value]) => (
        <Stat key={name} label={metricName(name)} value={Number.isInteger(value) ? count(value) : decimal(value, 3)} />
      ))}
    </dl>
  );
}

function Log({ job }: { job: JobWithLog }) {
  if (job.lines.length === 0) return <p className="quiet">{t("Nothing has been written yet.")}</p>;
  return (
    <div className="log" role="log" aria-label={t("Log")} lang="en" tabIndex={0}>
      {job.lines.map((line, index) => (
        <div key={index}>
          <time dateTime={line.at}>{clock(line.at)}</time> {line.text}
        </div>
      ))}
    </div>
  );
}

export default function JobPage() {
  const { id = "" } = useParams();
  return /^\d+$/.test(id) ? <OneJob id={id} /> : <NothingHere />;
}

function OneJob({ id }: { id: string }) {
  const client = useQueryClient();
  const job = useQuery({
    queryKey: ["job", id],
    queryFn: () => api.job(Number(id)),
    refetchInterval: (query) => (query.state.data && !LIVE.has(query.state.data.state) ? false : 1_500),
  });
  const cancel = useMutation({
    mutationFn: api.cancelJob,
    onSuccess: () => client.invalidateQueries({ queryKey: ["job", id] }),
  });
  if (job.isError && (!job.data || outOfReach(job.error))) {
    return <Stopped error={job.error} to="/jobs" place={t("Training jobs")} retry={() => void job.refetch()} />;
  }
  if (!job.data) {
    return (
      <Page title={t("Job {{id}}", { id })}>
        <Loading />
      </Page>
    );
  }
  const data = job.data;
  return (
    <Page
      title={jobTitle(data)}
      actions={
        LIVE.has(data.state) && (
          <button type="button" className="button" onClick={() => cancel.mutate(data.id)} disabled={cancel.isPending}>
            {t("Cancel job")}
          </button>
        )
      }
    >
      <p className="lead">
        <Badge state={data.state} /> <span lang="en">{data.because}</span>
        {data.campaign && (
          <>
            {" "}
            · <Link to={`/campaigns/${data.campaign}`}>{data.campaign}</Link>
          </>
        )}
      </p>
      {cancel.isError && <Problem error={cancel.error} />}
      <Panel title={t("Progress")}>
        <Progress value={data.progress} label={t("Progress")} />
        {data.message && <p lang="en">{data.message}</p>}
        {data.state === "queued" && !data.message && <p>{t("Waiting for a worker.")}</p>}
        <p className="quiet">
          {t("Attempt {{attempt}}, started {{started}}, finished {{finished}}", {
            attempt: data.attempt,
            started: when(data.started_at),
            finished: when(data.finished_at),
          })}
        </p>
        {data.error && (
          <div className="problem" lang="en">
            <strong>
              {data.error.boundary} {data.error.type}
            </strong>
            <p>{data.error.message}</p>
          </div>
        )}
        <Metrics metrics={data.metrics} />
      </Panel>
      <Panel title={t("Log")}>
        <Log job={data} />
      </Panel>
    </Page>
  );
}
