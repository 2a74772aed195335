/** What is spent, set aside and left, how it burnt down, and when it will be gone. */

import { useQuery } from "@tanstack/react-query";
import type uPlot from "uplot";

import { type BudgetAhead, csv, desk } from "../../api/desk";
import type { Campaign } from "../../api/types";
import { count, decimal, spanInWords, when } from "../../domain/format";
import { dates, t, tn } from "../../i18n";
import Chart, { type ChartOptions, type Palette } from "../../ui/Chart";
import { CsvLink } from "../../ui/CsvLink";
import { DataTable } from "../../ui/DataTable";
import { axes, level, span, still } from "../../ui/drawing";
import { useSpoken } from "../../ui/language";
import { Panel, ShareBar } from "../../ui/parts";
import { ASK_LIVE } from "./useLive";

const epoch = (iso: string) => new Date(iso).getTime() / 1000;

/** Forecasts far beyond what is known would squeeze it to a line: the plot ends at four times the past. */
const AHEAD = 4;

/** What a time along the axis says, so that no two marks say the same. */
function unitsOver(seconds: number): Intl.DateTimeFormatOptions {
  if (seconds > 172_800) return { day: "numeric", month: "short" };
  return { hour: "2-digit", minute: "2-digit", ...(seconds < 600 ? { second: "2-digit" } : {}) };
}

function Burn({ ahead }: { ahead: BudgetAhead }) {
  const { data, options } = useSpoken(() => {
    const { series, forecast, labels } = ahead;
    const xs = series.map((point) => epoch(point.at));
    const left = series.map((point) => labels - point.labels);
    const now = xs.at(-1) ?? 0;
    const past = Math.max(60, now - (xs[0] ?? now));
    const ends = [forecast?.earliest, forecast?.expected, forecast?.latest].map((iso) => (iso ? epoch(iso) : null));
    const last = Math.min(now + AHEAD * past, Math.max(now, ...ends.map((end) => end ?? now)));
    const target = labels - (series.at(-1)?.labels ?? 0) - (forecast?.labels_left ?? 0);
    const expected = ends[1] ?? null;
    return {
      data: [
        expected === null ? xs : [...xs, expected],
        expected === null ? left : [...left, null],
        expected === null ? xs.map(() => null) : [...left.map((value, at) => (at === left.length - 1 ? value : null)), target],
      ] satisfies uPlot.AlignedData,
      options: (palette: Palette): ChartOptions => ({
        ...still,
        scales: { x: { time: false, range: () => [xs[0] ?? 0, last + (last - (xs[0] ?? 0)) * 0.03 || 1] }, y: { range: () => [0, labels * 1.05] } },
        axes: axes(palette, { x: "", xValues: (value) => dates(unitsOver(last - (xs[0] ?? 0))).format(new Date(value * 1000)) }),
        series: [
          {},
          { stroke: palette.a, width: 2, points: { show: false } },
          { stroke: palette.a, width: 2, dash: [5, 5], points: { show: false } },
        ],
        hooks: {
          draw: [
            (plot) => {
              if (ahead.kept > 0) level(plot, ahead.kept, { colour: palette.quiet, text: t("kept in reserve"), dash: [6, 5] });
              if (forecast && forecast.ends_with !== "labels") level(plot, target, { colour: palette.quiet, text: t("never asked for"), dash: [2, 4] });
              if (typeof ends[0] === "number") span(plot, target, ends[0], ends[2] ?? null, palette.b);
            },
          ],
        },
      }),
    };
  }, [ahead]);
  const { forecast } = ahead;
  const label = forecast?.expected
    ? t("Labels left over time, {{left}} now; gone about {{expected}}", { left: ahead.left, expected: when(forecast.expected) })
    : t("Labels left over time, {{left}} now", { left: ahead.left });
  return (
    <div className="burn">
      <figure>
        <figcaption>
          {t("Burn-down")} <span className="quiet">{forecast?.earliest ? t("labels left; dashed: at the pace of late, with 90% interval") : forecast ? t("labels left; dashed: at the pace of late") : t("labels left")}</span>
        </figcaption>
        <Chart label={label} data={data} options={options} height={150} />
      </figure>
    </div>
  );
}

const GONE = { labels: "the labels", hours: "the paid hours", money: "the money" } as const;

function Forecast({ ahead, state }: { ahead: BudgetAhead; state: Campaign["state"] }) {
  const { forecast } = ahead;
  if (state === "closed") return null;
  if (state === "paused") return <p className="quiet">{t("Paused: nothing ends meanwhile.")}</p>;
  if (!forecast) return <p className="quiet">{t("A forecast needs a pace: some answers while the campaign is open.")}</p>;
  const pace = t("{{rate}} paid answers per hour (over the last {{span}})", { rate: decimal(forecast.labels_per_hour, 1), span: spanInWords(forecast.over_hours) });
  if (!forecast.expected) return <p className="quiet">{t("{{pace}}: no end in sight.", { pace })}</p>;
  return (
    <p>
      {t("At {{pace}}, {{what}} will be gone about", { pace, what: t(GONE[forecast.ends_with]) })} <strong>{when(forecast.expected)}</strong>{" "}
      <span className="quiet">
        {forecast.earliest
          ? t("(9 times in 10 between {{from}} and {{to}})", { from: when(forecast.earliest), to: forecast.latest ? when(forecast.latest) : t("never") })
          : t("(three whole days of work will say how far off that may be)")}
      </span>
    </p>
  );
}

function Amounts({ ahead }: { ahead: BudgetAhead }) {
  const rows = [
    [t("Hours"), ahead.hours, ""],
    [t("Money"), ahead.money, ahead.currency],
  ] as const;
  return (
    <ul className="legend">
      {rows.map(
        ([name, amount, unit]) =>
          amount && (
            <li key={name}>
              {name} <strong>{decimal(amount.spent, 2)}</strong> {amount.cap === null ? unit : t("of {{cap}} {{unit}}", { cap: decimal(amount.cap, 2), unit })}
            </li>
          ),
      )}
    </ul>
  );
}

export function BudgetPanel({ campaign }: { campaign: Campaign }) {
  const { slug } = campaign;
  const ahead = useQuery({ queryKey: ["budget", slug], queryFn: () => desk.budget(slug), refetchInterval: ASK_LIVE });
  const { spent, reserved, left, labels, kept } = campaign.budget;
  return (
    <Panel
      title={t("Budget")}
      aside={
        <span className="quiet">
          {tn(labels, "{{n}} label", "{{n}} labels")} · <CsvLink href={csv.table(slug, "budget")} of={t("every movement of the budget")} />
        </span>
      }
    >
      <ShareBar
        parts={[
          { name: t("spent"), value: spent, tone: "strong" },
          { name: t("reserved"), value: reserved, tone: "soft" },
          ...(kept > 0 ? [{ name: t("kept in reserve"), value: Math.min(kept, left), tone: "b" }] : []),
          { name: campaign.state === "closed" ? t("left over") : t("still to ask with"), value: Math.max(0, left - kept), tone: "rest" },
        ]}
      />
      {ahead.data && (
        <>
          <Amounts ahead={ahead.data} />
          {ahead.data.series.length > 1 && ahead.data.spent > 0 && <Burn ahead={ahead.data} />}
          <Forecast ahead={ahead.data} state={campaign.state} />
          {ahead.data.spent > 0 && (
            <DataTable
              csv={csv.table(slug, "burn-down")}
              name={t("Burn-down, as a table")}
              heads={[t("Until"), t("Labels spent")]}
              rows={ahead.data.series.map((point) => [when(point.at), count(point.labels)])}
            />
          )}
        </>
      )}
    </Panel>
  );
}
