/** Does the strategy pay? What is in force, what it was measured to be worth, and the measurements over time. */

import { useMemo } from "react";

import { csv } from "../../api/desk";
import type { Campaign, StrategyCheck, StrategyStatus, Verdict } from "../../api/types";
import { count, when } from "../../domain/format";
import { t } from "../../i18n";
import { titleOf } from "../../domain/strategies";
import { bounded, labelsSaved, latestSentence, measured, savedInterval, stateSentence, times } from "../../domain/verdict";
import { rich } from "../../ui/language";
import { Panel, Stat } from "../../ui/parts";
import { DataTable } from "../../ui/DataTable";
import { LiftChart, liftWords, SavedChart, savedWords } from "./strategyCharts";

const TONE: Record<StrategyStatus["state"], string> = { cold: "queued", running: "running", fallen_back: "paused" };

const STATE = {
  cold: "cold start",
  running: "running",
  fallen_back: "fallen back",
} as const satisfies Record<StrategyStatus["state"], string>;

const VERDICT = {
  better: "better than chance",
  unproven: "not shown to beat chance",
  worse: "worse than chance",
  too_early: "too early to tell",
} as const satisfies Record<Verdict, string>;

function StateBadge({ state }: { state: StrategyStatus["state"] }) {
  return <span className={`badge badge-${TONE[state]}`}>{t(STATE[state])}</span>;
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
  const names = { now: <Named name={state === "cold" ? acquisition : in_force} />, instead: <Named name={acquisition} /> };
  const fallen = state === "fallen_back";
  if (closed) return <p>{rich(fallen ? t("Asked last: {{now}}, instead of {{instead}}") : t("Asked last: {{now}}"), names)}</p>;
  if (state === "cold") return <p>{rich(t("After the cold start: {{now}}"), names)}</p>;
  return <p>{rich(fallen ? t("Asking now: {{now}}, instead of {{instead}}") : t("Asking now: {{now}}"), names)}</p>;
}

function Figures({ check }: { check: StrategyCheck }) {
  const saved = measured(check.saved);
  const total = labelsSaved(check.answers, saved);
  return (
    <dl className="stats">
      <Stat
        label={t("One answer is worth")}
        value={saved ? bounded(saved, (ratio) => `${times(ratio)}×`) : "–"}
        detail={saved ? t("a random one; {{interval}}", { interval: savedInterval(saved) }) : t("a random one; not measurable yet")}
      />
      <Stat label={t("Labels saved so far")} value={total?.middle ?? "–"} detail={total?.interval ?? t("against asking at random")} />
      <Stat label={t("Judged by")} value={count(check.judged_by)} detail={t("random answers")} />
    </dl>
  );
}

function Legend({ checks }: { checks: StrategyCheck[] }) {
  const fallen = checks.some((check) => check.falls_back);
  const bounds = checks.some((check) => check.saved && check.saved.bound !== "none");
  return (
    <ul className="legend">
      <li>
        <span className="dot dot-good" aria-hidden="true" /> {t("above chance")}
      </li>
      <li>
        <span className="dot dot-open" aria-hidden="true" /> {t("may be chance")}
      </li>
      <li>
        <span className="dot dot-bad" aria-hidden="true" /> {t("below chance")}
      </li>
      {bounds && (
        <li>
          <span className="dot dot-ring" aria-hidden="true" /> {t("a bound, not an estimate")}
        </li>
      )}
      {fallen && (
        <li>
          <span className="dot zone-ask" aria-hidden="true" /> {t("fallen back: asking at random")}
        </li>
      )}
    </ul>
  );
}

function rowOf(check: StrategyCheck): string[] {
  const found = t(VERDICT[check.verdict]);
  const verdict = check.falls_back ? t("{{found}}; asks at random", { found }) : found;
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
    <Panel title={t("Does the strategy pay?")} wide aside={closed ? undefined : <StateBadge state={strategy.state} />}>
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
                {t("Lift over chance")} <span className="quiet">{t("nats per answer, 95% interval; chance is 0")}</span>
              </figcaption>
              <LiftChart checks={checks} />
            </figure>
          )}
          {valued && (
            <figure>
              <figcaption>
                {t("What one answer is worth")} <span className="quiet">{t("in random answers, 95% interval; chance is 1×")}</span>
              </figcaption>
              <SavedChart checks={checks} />
            </figure>
          )}
        </div>
      )}
      {measured && <Legend checks={checks} />}
      {checks.length > 0 && (
        <DataTable
          name={t("All checks")}
          csv={csv.table(campaign.slug, "checks")}
          heads={[t("Answers"), t("Checked"), t("Lift, nats"), t("Worth, random answers"), t("Judged by"), t("Verdict")]}
          rows={checks.map(rowOf).reverse()}
        />
      )}
    </Panel>
  );
}
