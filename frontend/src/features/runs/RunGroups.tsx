/** The groups of one run: each prompt with its G completions, their rewards, and what the model thinks of them. */

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";

import { api } from "../../api/client";
import type { Group, GroupRollout } from "../../api/types";
import { decimal } from "../../domain/format";
import { asked, summary } from "../../domain/messages";
import { numberOf, problemOfNumber } from "../../domain/typedNumber";
import { t, tn } from "../../i18n";
import { Content } from "../../ui/Content";
import { Beginning, Judged } from "../../ui/Judged";
import { Loading, Page, Problem } from "../../ui/parts";
import { outOfReach, Stopped } from "../../ui/Stopped";
import { TrendsPanel } from "../explorer/TrendsPanel";

type Range = [low: number, high: number];

/** The scores of a group on one scale, so that overlap, which is what doubt means here, is seen. */
function rangeOf(group: Group): Range {
  const scores = group.rollouts.flatMap(({ score }) => (score ? [score.mean - score.spread, score.mean + score.spread] : []));
  return [Math.min(...scores), Math.max(...scores)];
}

function ScoreBar({ score, range: [low, high] }: { score: GroupRollout["score"]; range: Range }) {
  if (!score || !(high > low)) return <span />;
  const x = (value: number) => 4 + (92 * (value - low)) / (high - low);
  return (
    <svg viewBox="0 0 100 16" width="75" height="12" aria-hidden="true" className="interval">
      <line x1="0" x2="100" y1="8" y2="8" className="interval-scale" />
      <line x1={x(score.mean - score.spread)} x2={x(score.mean + score.spread)} y1="8" y2="8" className="interval-range" />
      <circle cx={x(score.mean)} cy="8" r="4" className="interval-point" />
    </svg>
  );
}

function Rollout({ rollout, range }: { rollout: GroupRollout; range: Range }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="rollout" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="rollout-ordinal">{rollout.ordinal}</span>
        <span className="rollout-text"><Beginning of={rollout.completion} length={140} /></span>
        <span className="rollout-figures">
          <span>
            {t("reward")} <strong>{decimal(rollout.reward)}</strong>
          </span>
          <span>
            {t("score")}{" "}
            {rollout.score ? (
              <strong>
                {decimal(rollout.score.mean)} ± {decimal(rollout.score.spread)}
              </strong>
            ) : (
              "–"
            )}
          </span>
          <ScoreBar score={rollout.score} range={range} />
        </span>
      </summary>
      {open && (
        <div className="rollout-body">
          {rollout.generator && <p className="quiet">{rollout.generator}</p>}
          <Content text={rollout.completion} />
        </div>
      )}
    </details>
  );
}

function GroupCard({ group }: { group: Group }) {
  const range = rangeOf(group);
  return (
    <li className="panel group">
      <div className="panel-head">
        <h2>
          <Link to={`/groups/${group.id}`}><Judged text={summary(asked(group.prompt), 180)} /></Link>
        </h2>
        <span className="quiet nowrap">
          {t("step {{step}}", { step: group.step })} · {tn(group.rollouts.length, "{{n}} completion", "{{n}} completions")}
        </span>
      </div>
      {group.rollouts.map((rollout) => (
        <Rollout key={rollout.id} rollout={rollout} range={range} />
      ))}
    </li>
  );
}

export default function RunGroups() {
  const { run = "" } = useParams();
  const [typed, setTyped] = useState("");
  const problem = typed.trim() ? problemOfNumber(typed, { least: 0, whole: true }) : null;
  const step = typed.trim() && !problem ? String(numberOf(typed)) : "";
  const groups = useInfiniteQuery({
    queryKey: ["groups", run, step],
    queryFn: ({ pageParam }) => api.groups(run, step, pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
  const listed = groups.data?.pages.flatMap((page) => page.results) ?? [];
  if (outOfReach(groups.error)) return <Stopped error={groups.error} to="/runs" place={t("Policy runs")} />;
  return (
    <Page
      title={run}
      actions={
        <>
          <label className="inline-label">
            {t("Step")}
            <input
              inputMode="numeric"
              maxLength={40}
              autoComplete="off"
              placeholder={t("all")}
              value={typed}
              aria-invalid={problem !== null}
              aria-describedby={problem ? "step-problem" : undefined}
              onChange={(event) => setTyped(event.target.value)}
            />
          </label>
          {problem && (
            <p id="step-problem" className="field-problem" role="status">
              {problem}
            </p>
          )}
          <Link className="button" to={`/explorer?run=${encodeURIComponent(run)}`}>
            {t("Search its rollouts")}
          </Link>
        </>
      }
    >
      <TrendsPanel run={run} />
      {groups.isPending && <Loading />}
      {groups.isError && <Problem error={groups.error} />}
      {groups.isSuccess && listed.length === 0 && <p className="quiet">{t("No groups here.")}</p>}
      <ul className="groups">
        {listed.map((group) => (
          <GroupCard key={group.id} group={group} />
        ))}
      </ul>
      {groups.hasNextPage && (
        <button type="button" className="button" onClick={() => void groups.fetchNextPage()} disabled={groups.isFetchingNextPage}>
          {t("More groups")}
        </button>
      )}
    </Page>
  );
}
