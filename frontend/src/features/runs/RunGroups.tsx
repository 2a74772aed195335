/** The groups of one run: each prompt with its G completions, their rewards, and what the model thinks of them. */

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";

import { api } from "../../api/client";
import type { Group, GroupRollout } from "../../api/types";
import { decimal, plural } from "../../domain/format";
import { summary } from "../../domain/messages";
import { Content } from "../../ui/Content";
import { Loading, Page, Problem } from "../../ui/parts";

function Rollout({ rollout }: { rollout: GroupRollout }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="rollout" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="rollout-ordinal">{rollout.ordinal}</span>
        <span className="rollout-text">{summary(rollout.completion, 140)}</span>
        <span className="rollout-figures">
          <span>
            reward <strong>{decimal(rollout.reward)}</strong>
          </span>
          <span>
            score{" "}
            {rollout.score ? (
              <strong>
                {decimal(rollout.score.mean)} ± {decimal(rollout.score.spread)}
              </strong>
            ) : (
              "–"
            )}
          </span>
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
  return (
    <li className="panel group">
      <div className="panel-head">
        <h2>{summary(group.prompt, 180)}</h2>
        <span className="quiet nowrap">
          step {group.step} · {plural(group.rollouts.length, "completion")}
        </span>
      </div>
      {group.rollouts.map((rollout) => (
        <Rollout key={rollout.id} rollout={rollout} />
      ))}
    </li>
  );
}

export default function RunGroups() {
  const { run = "" } = useParams();
  const [step, setStep] = useState("");
  const groups = useInfiniteQuery({
    queryKey: ["groups", run, step],
    queryFn: ({ pageParam }) => api.groups(run, step, pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
  const listed = groups.data?.pages.flatMap((page) => page.results) ?? [];
  return (
    <Page
      title={run}
      actions={
        <label className="inline-label">
          Step
          <input type="number" min={0} inputMode="numeric" placeholder="all" value={step} onChange={(event) => setStep(event.target.value)} />
        </label>
      }
    >
      {groups.isPending && <Loading />}
      {groups.isError && <Problem error={groups.error} />}
      {groups.isSuccess && listed.length === 0 && <p className="quiet">No groups here.</p>}
      <ul className="groups">
        {listed.map((group) => (
          <GroupCard key={group.id} group={group} />
        ))}
      </ul>
      {groups.hasNextPage && (
        <button type="button" className="button" onClick={() => void groups.fetchNextPage()} disabled={groups.isFetchingNextPage}>
          More groups
        </button>
      )}
    </Page>
  );
}
