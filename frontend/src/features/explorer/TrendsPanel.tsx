/** How a run went: rewards and their spread, saturated groups, lengths and labels by policy step. */

import "../../styles/desk.css";

import { useQuery } from "@tanstack/react-query";
import uPlot from "uplot";

import { csv, desk, type TrendPoint } from "../../api/desk";
import { count, decimal, percent } from "../../domain/format";
import { t, tn } from "../../i18n";
import Chart, { type ChartOptions, type Palette } from "../../ui/Chart";
import { CsvLink } from "../../ui/CsvLink";
import { DataTable } from "../../ui/DataTable";
import { axes, still } from "../../ui/drawing";
import { useSpoken } from "../../ui/language";
import { Loading, Panel, Problem } from "../../ui/parts";

const bars = uPlot.paths.bars?.({ size: [0.8], align: 0 });

interface PlotProps {
  title: string;
  detail: string;
  points: TrendPoint[];
  value: (point: TrendPoint) => number | null;
  /** How far around the value; drawn as a band. */
  around?: (point: TrendPoint) => number | null;
  written: (value: number) => string;
  asBars?: boolean;
  fromZero?: boolean;
  most?: number;
}

/** From the first step to the last: of a single one, uPlot itself would make a range that no step is in. */
function stepsShown(points: TrendPoint[], asBars: boolean): [number, number] {
  const [first = 0, last = 0] = [points[0]?.step, points.at(-1)?.step];
  if (first === last) return [first - 1, last + 1];
  return asBars ? [first - 0.5, last + 0.5] : [first, last];
}

function Plot({ title, detail, points, value, around, written, asBars = false, fromZero = false, most }: PlotProps) {
  const { data, options } = useSpoken(() => {
    const values = points.map(value);
    const spread = around && points.map(around);
    const edge = (sign: number) => values.map((one, at) => (one === null ? null : one + sign * (spread?.[at] ?? 0)));
    const series: uPlot.AlignedData = spread ? [points.map((p) => p.step), values, edge(1), edge(-1)] : [points.map((p) => p.step), values];
    return {
      data: series,
      options: (palette: Palette): ChartOptions => ({
        ...still,
        scales: {
          x: { time: false, range: () => stepsShown(points, asBars) },
          y: { range: (_plot, low, high) => [fromZero ? 0 : low - (high - low || 1) * 0.08, most ?? (high + (high - low || 1) * 0.08 || 1)] },
        },
        axes: axes(palette, { x: t("step"), yValues: written }),
        ...(spread ? { bands: [{ series: [2, 3], fill: palette.a.replace("rgb(", "rgba(").replace(")", ", 0.16)") }] } : {}),
        series: [
          {},
          asBars && bars
            ? { stroke: palette.a, fill: palette.a, width: 0, paths: bars, points: { show: false } }
            : { stroke: palette.a, width: 2, points: { show: points.length < 2 } },
          ...(spread ? [0, 1].map(() => ({ stroke: "transparent", width: 0, points: { show: false } })) : []),
        ],
      }),
    };
  }, [points, value, around, written, asBars, fromZero, most]);
  const [first, last] = [points[0], points.at(-1)];
  const said = (point: TrendPoint | undefined) => {
    const one = point ? value(point) : null;
    return one === null ? "–" : written(one);
  };
  const label = t("{{what}} by step: {{first}} at the beginning, {{last}} at the end", { what: title, first: said(first), last: said(last) });
  return (
    <figure>
      <figcaption>
        {title} <span className="quiet">{detail}</span>
      </figcaption>
      <Chart label={label} data={data} options={options} height={150} />
    </figure>
  );
}

// Outside the component: a new function each time would draw the plots anew.
const reward = (p: TrendPoint) => p.reward_mean;
const rewardAround = (p: TrendPoint) => p.reward_sd;
const saturated = (p: TrendPoint) => p.saturated_share;
const length = (p: TrendPoint) => p.length_mean;
const labels = (p: TrendPoint) => p.labels;
const two = (value: number) => decimal(value, 2);
const share = (value: number) => percent(value);
const whole = (value: number) => count(Math.round(value));

export function TrendsPanel({ run }: { run: string }) {
  const trends = useQuery({ queryKey: ["trends", run], queryFn: () => desk.trends(run), refetchInterval: 15_000 });
  if (!trends.data) {
    return <Panel title={t("How it went")}>{trends.isError ? <Problem error={trends.error} /> : <Loading />}</Panel>;
  }
  const { points, steps_per_point, groups, sampled_groups } = trends.data;
  return (
    <Panel title={t("How it went")} aside={<CsvLink href={csv.trends(run)} of={t("How it went")} />}>
      {points.length === 0 && <p className="quiet">{t("No groups here.")}</p>}
      {points.length > 0 && (
        <>
          <p className="quiet">
            {tn(steps_per_point, "One point per step", "One point per {{n}} steps")}
            {sampled_groups < groups && `; ${t("from a sample of {{part}} of {{all}} groups", { part: sampled_groups, all: groups })}`}.
          </p>
          <div className="trends">
            <Plot title={t("Reward")} detail={t("mean, and one standard deviation around it")} points={points} value={reward} around={rewardAround} written={two} />
            <Plot title={t("Saturated groups")} detail={t("all rewards equal: nothing to learn from")} points={points} value={saturated} written={share} fromZero most={1} />
            <Plot title={t("Length")} detail={t("characters per completion")} points={points} value={length} written={whole} />
            <Plot title={t("Labels")} detail={t("answers people gave")} points={points} value={labels} written={whole} asBars fromZero />
          </div>
          <DataTable
            heads={[t("Step"), t("Groups"), t("Reward"), t("SD"), t("SD in a group"), t("Saturated"), t("Length"), t("Labels")]}
            rows={points.map((p) => [
              count(p.step),
              count(p.groups),
              decimal(p.reward_mean, 3),
              decimal(p.reward_sd, 3),
              decimal(p.sd_in_group, 3),
              percent(p.saturated_share, 1),
              count(Math.round(p.length_mean)),
              count(p.labels),
            ])}
          />
        </>
      )}
    </Panel>
  );
}
