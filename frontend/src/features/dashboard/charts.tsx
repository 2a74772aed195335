/** What the labels have bought (held-out loss by labels) and where the model is still unsure. */

import { useMemo } from "react";
import uPlot from "uplot";

import type { CurvePoint, Dashboard } from "../../api/types";
import { count, decimal, percent } from "../../domain/format";
import { t } from "../../i18n";
import Chart, { type ChartOptions, type Palette } from "../../ui/Chart";
import { DataTable } from "../../ui/DataTable";
import { axes, still } from "../../ui/drawing";

/** Points without a line: too few answers stand behind each to draw a course through them. */
function hollow(palette: Palette, colour: string): uPlot.Series {
  return { stroke: colour, paths: () => null, points: { show: true, size: 9, width: 2, fill: palette.surface } };
}

const curveOptions = (palette: Palette): ChartOptions => ({
  scales: { x: { time: false }, y: { range: { min: { pad: 0.15, soft: 0, mode: 0 }, max: { pad: 0.15, mode: 0 } } } },
  ...still,
  axes: axes(palette, { x: t("labels") }),
  series: [
    {},
    { stroke: palette.a, width: 2, points: { size: 7, fill: palette.a } },
    { stroke: palette.b, width: 2, dash: [6, 4], points: { size: 7, fill: palette.b } },
    hollow(palette, palette.a),
    hollow(palette, palette.b),
  ],
});

/** Bars stand on the middles of their bins; the outermost need half a bin more room. */
function halfBin(plot: uPlot, min: number, max: number): number {
  const bins = plot.data[0].length;
  return bins > 1 ? (max - min) / (bins - 1) / 2 : 0.5;
}

const bars = uPlot.paths.bars?.({ size: [0.9], align: 0 });

const histogramOptions = (palette: Palette): ChartOptions => ({
  scales: {
    x: { time: false, range: (plot, min, max) => [min - halfBin(plot, min, max), max + halfBin(plot, min, max)] },
    y: { range: (_plot, _min, max) => [0, max * 1.1 || 1] },
  },
  ...still,
  axes: axes(palette, { x: t("spread of the score inside its group") }),
  series: [
    {},
    { stroke: palette.a, fill: palette.a, width: 0, points: { show: false }, ...(bars ? { paths: bars } : {}) },
  ],
});

export function LearningCurve({ points, csv }: { points: CurvePoint[]; csv: string }) {
  const data = useMemo<uPlot.AlignedData>(
    () => [
      points.map((p) => p.labels),
      points.map((p) => p.heldout_nll),
      points.map((p) => p.heldout_accuracy),
      points.map((p) => p.random_nll),
      points.map((p) => p.random_accuracy),
    ],
    [points],
  );
  if (points.length === 0) return <p className="quiet">{t("The curve begins with the first trained version.")}</p>;
  const judged = points.some((point) => point.random_n !== null);
  return (
    <>
      <ul className="legend">
        <li>
          <span className="dot tone-a" aria-hidden="true" /> {t("held-out loss")}
        </li>
        <li>
          <span className="dot tone-b" aria-hidden="true" /> {t("held-out accuracy")}
        </li>
        {judged && (
          <li>
            <span className="dot dot-ring" aria-hidden="true" /> {t("on the held-out answers of chance alone")}
          </li>
        )}
      </ul>
      <Chart label={t("Learning curve: held-out loss and accuracy by labels spent")} data={data} options={curveOptions} />
      {points.length > 1 && (
        <p className="quiet">
          {t("Each version is judged on the answers held out by then. Later ones are about newer rollouts and harder questions: a worse figure does not mean a worse model. Its training job compares it with the version before on the same answers.")}
        </p>
      )}
      <DataTable
        csv={csv}
        heads={[
          t("Version"),
          t("Labels"),
          t("Held-out loss"),
          t("Held-out accuracy"),
          t("Loss, random only"),
          t("Accuracy, random only"),
          t("Random answers"),
        ]}
        rows={points.map((point) => [
          String(point.version),
          count(point.labels),
          decimal(point.heldout_nll, 3),
          percent(point.heldout_accuracy, 1),
          decimal(point.random_nll, 3),
          percent(point.random_accuracy, 1),
          count(point.random_n),
        ])}
      />
    </>
  );
}

export function UncertaintyHistogram({ histogram, csv }: { histogram: Dashboard["uncertainty_histogram"]; csv: string }) {
  const { edges, counts } = histogram;
  const data = useMemo<uPlot.AlignedData>(
    () => [counts.map((_, i) => ((edges[i] ?? 0) + (edges[i + 1] ?? edges[i] ?? 0)) / 2), counts],
    [edges, counts],
  );
  if (counts.length === 0) return <p className="quiet">{t("Nothing is scored yet, so nothing is known about doubt.")}</p>;
  return (
    <>
      <p className="quiet">{t("Rollouts, by how far the model's draws of their score differ.")}</p>
      <Chart label={t("Histogram of uncertainty over scored rollouts")} data={data} options={histogramOptions} />
      <DataTable
        csv={csv}
        heads={[t("Spread from"), t("to"), t("Rollouts")]}
        rows={counts.map((n, bin) => [decimal(edges[bin], 3), decimal(edges[bin + 1], 3), count(n)])}
      />
    </>
  );
}
