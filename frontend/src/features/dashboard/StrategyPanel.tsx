/** Does the strategy pay? What is in force, what it was measured to be worth, and the measurements over time. */

import { useMemo } from "react";

import type { Campaign, StrategyCheck, StrategyStatus, Verdict } from "../../api/types";
import { count, when } from "../../domain/format";
import { titleOf } from "../../domain/strategies";
import { bounded, labelsSaved, latestSentence, savedInterval, stateSentence, times } from "../../domain/verdict";
import { Panel, Stat } from "../../ui/parts";
import { DataTable } from "../../ui/DataTable";
import { LiftChart, liftWords, SavedChart, savedWords } from "./strategyCharts";

const STATE: Record<StrategyStatus["state"], [tone: string, text: string]> = {
  cold: ["queued", "cold start"],
  running: ["running", "running"],
  fallen_back: ["paused", "fallen back"],
};

const VERDICT: Record<Verdict, string> = {
  better: "better than chance",
  unproven: "not shown to beat chance",
  worse: "worse than chance",
  too_early: "too early to tell",
};

function StateBadge({ state }: { state: StrategyStatus["state"] }) {
  const [tone, text] = STATE[state];
  return <span className={`badge badge-${tone}`}>{text}</span>;
}

function Named({ name }: { name: string }) {
  return (
    <>
      <strong>{titleOf(name)}</strong> <span className="quiet">({name})</span>
    </>
  );
}

function InForce({ strategy, closed }: { strategy: StrategyStatus; closed: boolean }) {
  const { acquisition, in_force, state } = strategy;
  const asking = closed ? "Asked last: " : "Asking now: ";
  return (
    <p>
      {state === "cold" && !closed ? "After the cold start: " : asking}
      <Named name={state === "cold" ? acquisition : in_force} />
      {state === "fallen_back" && (
        <>
          , instead of <Named name={acquisition} />
        </>
      )}
    </p>
  );
}

function Figures({ check }: { check: StrategyCheck }) {
  const { saved } = check;
  const total = labelsSaved(check.answers, saved);
  return (
    <dl className="stats">
      <Stat
        label="One answer is worth"
        value={saved ? bounded(saved, (ratio) => `${times(ratio)}×`) : "–"}
        detail={saved ? `a random one; ${savedInterval(saved)}` : "a random one; not measurable yet"}
      />
      <Stat label="Labels saved so far" value={total?.middle ?? "–"} detail={total?.interval ?? "against asking at random"} />
      <Stat label="Judged by" value={count(check.judged_by)} detail="random answers" />
    </dl>
  );
}

function Legend({ checks }: { checks: StrategyCheck[] }) {
  const fallen = checks.some((check) => check.falls_back);
  const bounds = checks.some((check) => check.saved && check.saved.bound !== "none");
  return (
    <ul className="legend">
      <li>
        <span className="dot dot-good" aria-hidden="true" /> above chance
      </li>
      <li>
        <span className="dot dot-open" aria-hidden="true" /> may be chance
      </li>
      <li>
        <span className="dot dot-bad" aria-hidden="true" /> below chance
      </li>
      {bounds && (
        <li>
          <span className="dot dot-ring" aria-hidden="true" /> a bound, not an estimate
        </li>
      )}
      {fallen && (
        <li>
          <span className="dot zone-ask" aria-hidden="true" /> fallen back: asking at random
        </li>
      )}
    </ul>
  );
}

function rowOf(check: StrategyCheck): string[] {
  const verdict = VERDICT[check.verdict] + (check.falls_back ? "; asks at random" : "");
  return [count(check.answers), when(check.at), liftWords(check), savedWords(check), count(check.judged_by), verdict];
}

/** A check says what it would come to; a campaign that does not fall back goes on all the same. */
function useChecks(all: StrategyCheck[], fallsBack: boolean): StrategyCheck[] {
  return useMemo(() => (fallsBack ? all : all.map((check) => ({ ...check, falls_back: false }))), [all, fallsBack]);
}

export function StrategyPanel({ strategy, campaign }: { strategy: StrategyStatus; campaign: Campaign }) {
  const { random_share, fall_back } = campaign.config;
  const checks = useChecks(strategy.checks, fall_back);
  const latest = checks.at(-1);
  const lifted = checks.some((check) => check.lift !== null);
  const valued = checks.some((check) => check.saved !== null);
  const measured = lifted || valued;
  const closed = campaign.state === "closed";
  return (
    <Panel title="Does the strategy pay?" wide aside={closed ? undefined : <StateBadge state={strategy.state} />}>
      <p className={`verdict verdict-${latest?.verdict ?? "too_early"}`} role="status">
        {latestSentence(strategy)}
      </p>
      <InForce strategy={strategy} closed={closed} />
      {!closed && <p className="quiet">{stateSentence(strategy, random_share, fall_back)}</p>}
      {latest && measured && <Figures check={latest} />}
      {measured && (
        <div className="charts">
          {lifted && (
            <figure>
              <figcaption>
                Lift over chance <span className="quiet">nats per answer, 95% interval; chance is 0</span>
              </figcaption>
              <LiftChart checks={checks} />
            </figure>
          )}
          {valued && (
            <figure>
              <figcaption>
                What one answer is worth <span className="quiet">in random answers, 95% interval; chance is 1×</span>
              </figcaption>
              <SavedChart checks={checks} />
            </figure>
          )}
        </div>
      )}
      {measured && <Legend checks={checks} />}
      {checks.length > 0 && (
        <DataTable
          name="All checks"
          heads={["Answers", "Checked", "Lift, nats", "Worth, random answers", "Judged by", "Verdict"]}
          rows={checks.map(rowOf).reverse()}
        />
      )}
    </Panel>
  );
}
