/** Whether the production version's probabilities can be believed, and whether it knows when it does not know. */

import { useMemo } from "react";
import type uPlot from "uplot";

import { csv } from "../../api/desk";
import type { Calibration } from "../../api/types";
import { measures, wilson } from "../../domain/calibration";
import { count, decimal, percent } from "../../domain/format";
import { t, tn } from "../../i18n";
import Chart, { type ChartOptions, type Palette } from "../../ui/Chart";
import { CsvLink } from "../../ui/CsvLink";
import { DataTable } from "../../ui/DataTable";
import { axes, dot, level, still, whisker } from "../../ui/drawing";
import { useSpoken } from "../../ui/language";
import { Panel } from "../../ui/parts";

interface Bin {
  predicted: number;
  observed: number;
  count: number;
  low: number;
  high: number;
}

function binsOf({ reliability }: Calibration): Bin[] {
  return reliability.count.flatMap((n, at) => {
    const [predicted, observed] = [reliability.predicted[at], reliability.observed[at]];
    if (n === 0 || predicted === undefined || observed === undefined) return [];
    const [low, high] = wilson(observed, n);
    return [{ predicted, observed, count: n, low, high }];
  });
}

/** The line on which what is said is what happens. */
function diagonal(plot: uPlot, palette: Palette): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = palette.quiet;
  ctx.setLineDash([6, 5]);
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.beginPath();
  ctx.moveTo(plot.valToPos(0, "x", true), plot.valToPos(0, "y", true));
  ctx.lineTo(plot.valToPos(1, "x", true), plot.valToPos(1, "y", true));
  ctx.stroke();
  ctx.restore();
}

function Reliability({ bins }: { bins: Bin[] }) {
  const { data, options } = useSpoken(() => {
    const most = Math.max(...bins.map((bin) => bin.count));
    const from = Math.min(...bins.map((bin) => bin.predicted)) >= 0.5 ? 0.5 : 0;
    const asPercent = (value: number) => percent(value);
    return {
      data: [bins.map((bin) => bin.predicted), bins.map((bin) => bin.observed)] satisfies uPlot.AlignedData,
      options: (palette: Palette): ChartOptions => ({
        ...still,
        scales: { x: { time: false, range: () => [from, 1] }, y: { range: () => [Math.min(from, ...bins.map((bin) => bin.low)), 1.02] } },
        axes: axes(palette, { x: t("what the model says"), xValues: asPercent, yValues: asPercent }),
        series: [{}, { stroke: palette.line, width: 2, points: { show: false } }],
        hooks: {
          drawClear: [(plot) => diagonal(plot, palette)],
          draw: [
            (plot) => {
              for (const bin of bins) {
                whisker(plot, bin.predicted, bin.low, bin.high, palette.quiet);
                dot(plot, bin.predicted, bin.observed, 3 + 5 * Math.sqrt(bin.count / most), palette.a);
              }
            },
          ],
        },
      }),
    };
  }, [bins]);
  const worst = bins.reduce((a, b) => (Math.abs(a.predicted - a.observed) > Math.abs(b.predicted - b.observed) ? a : b));
  const label = tn(
    bins.length,
    "Reliability: share right by stated probability, in {{n}} bin; furthest from the diagonal where the model says {{said}} and {{happened}} happens",
    "Reliability: share right by stated probability, in {{n}} bins; furthest from the diagonal where the model says {{said}} and {{happened}} happens",
    { said: percent(worst.predicted), happened: percent(worst.observed) },
  );
  return <Chart label={label} data={data} options={options} height={220} />;
}

function RiskCoverage({ coverage, risk }: Calibration["risk_coverage"]) {
  const overall = risk.at(-1) ?? 0;
  const { data, options } = useSpoken(() => {
    const top = Math.max(0.1, ...risk);
    const asPercent = (value: number) => percent(value);
    return {
      data: [coverage, risk] satisfies uPlot.AlignedData,
      options: (palette: Palette): ChartOptions => ({
        ...still,
        scales: { x: { time: false, range: () => [0, 1] }, y: { range: () => [0, top * 1.1] } },
        axes: axes(palette, { x: t("most certain share of pairs"), xValues: asPercent, yValues: asPercent }),
        series: [{}, { stroke: palette.a, width: 2, points: { show: false } }],
        hooks: { drawClear: [(plot) => level(plot, overall, { colour: palette.quiet, text: t("all pairs"), dash: [6, 5] })] },
      }),
    };
  }, [coverage, risk, overall]);
  const at = (share: number) => risk[coverage.findIndex((value) => value >= share)];
  const label = t("Risk against coverage: {{half}} wrong among the most certain half, {{all}} among all", {
    half: percent(at(0.5)),
    all: percent(overall),
  });
  return <Chart label={label} data={data} options={options} height={220} />;
}

function Measures({ found }: { found: Calibration }) {
  return (
    <table className="measures">
      <thead>
        <tr>
          <th scope="col">{t("Measure")}</th>
          <th scope="col">{t("Value")}</th>
        </tr>
      </thead>
      <tbody>
        {measures(found).map(({ name, value, meaning }) => (
          <tr key={name}>
            <th scope="row">
              {name} <span className="cell-detail">{meaning}</span>
            </th>
            <td className="number">{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function CalibrationPanel({ found, slug }: { found: Calibration | null; slug: string }) {
  const bins = useMemo(() => (found ? binsOf(found) : []), [found]);
  if (!found) {
    return (
      <Panel title={t("Can its doubt be trusted?")} wide>
        <p className="quiet">{t("Known once a version in production has been judged by held-out answers.")}</p>
      </Panel>
    );
  }
  const { coverage, risk } = found.risk_coverage;
  return (
    <Panel
      title={t("Can its doubt be trusted?")}
      wide
      aside={
        <span className="quiet">
          {tn(found.n_heldout, "version {{version}}, {{n}} held-out answer", "version {{version}}, {{n}} held-out answers", {
            version: String(found.version),
          })}{" "}
          · <CsvLink href={csv.table(slug, "measures")} of={t("Can its doubt be trusted?")} />
        </span>
      }
    >
      <div className="charts">
        {bins.length > 0 && (
          <figure>
            <figcaption>
              {t("Said and happened")} <span className="quiet">{t("share right, 95% interval; on the diagonal both agree")}</span>
            </figcaption>
            <Reliability bins={bins} />
          </figure>
        )}
        {risk.length > 0 && (
          <figure>
            <figcaption>
              {t("Risk against coverage")} <span className="quiet">{t("share wrong among the most certain")}</span>
            </figcaption>
            <RiskCoverage coverage={coverage} risk={risk} />
          </figure>
        )}
      </div>
      <Measures found={found} />
      <div className="tables-row">
        {bins.length > 0 && (
          <DataTable
            name={t("Said and happened, as a table")}
            csv={csv.table(slug, "reliability")}
            heads={[t("Said"), t("Happened"), t("95% interval"), t("Answers")]}
            rows={bins.map((bin) => [
              percent(bin.predicted, 1),
              percent(bin.observed, 1),
              t("{{low}} to {{high}}", { low: percent(bin.low), high: percent(bin.high) }),
              count(bin.count),
            ])}
          />
        )}
        {risk.length > 0 && (
          <DataTable
            name={t("Risk against coverage, as a table")}
            csv={csv.table(slug, "risk-coverage")}
            heads={[t("Most certain share"), t("Wrong")]}
            rows={thinned(coverage).map((at) => [percent(coverage[at]), decimal(risk[at], 3)])}
          />
        )}
      </div>
    </Panel>
  );
}

/** At most twenty rows of a long curve, its last point among them. */
function thinned(values: number[]): number[] {
  const step = Math.max(1, Math.ceil(values.length / 20));
  const last = values.length - 1;
  return values.map((_, at) => at).filter((at) => (last - at) % step === 0);
}
