/** What the labels have bought (held-out loss by labels), version by version on the same answers; and where the model is unsure. */

import { useMemo } from "react";
import uPlot from "uplot";

import type { CurvePoint, Dashboard } from "../../api/types";
import { comparedSentence, type Figure, FIGURES, within } from "../../domain/curve";
import { count, decimal, percent } from "../../domain/format";
import { t } from "../../i18n";
import Chart, { type ChartOptions, type Palette } from "../../ui/Chart";
import { DataTable } from "../../ui/DataTable";
import { axes, beside, still, whisker } from "../../ui/drawing";
import { useSpoken } from "../../ui/language";

/** Points without a line: too few answers stand behind each to draw a course through them. */
function hollow(palette: Palette, colour: string): uPlot.Series {
  return { stroke: colour, paths: () => null, points: { show: true, size: 9, width: 2, fill: palette.surface } };
}

/** Every figure's interval, and, to its left, what the version before made of the same answers. */
function withOthers(points: CurvePoint[], palette: Palette): NonNullable<ChartOptions["hooks"]> {
  const each = (draw: (point: CurvePoint, figure: Figure, colour: string) => void) => {
    for (const point of points) {
      draw(point, FIGURES.nll, palette.a);
      draw(point, FIGURES.accuracy, palette.b);
    }
  };
  return {
    drawSeries: [
      (plot, series) => {
        if (series !== 1) return; // below the points, once
        each((point, { low, high }, colour) => {
          if (point[low] !== null && point[high] !== null) whisker(plot, point.labels, point[low], point[high], colour);
        });
      },
    ],
    draw: [
      (plot) => {
        each((point, { value, before }, colour) => {
          if (point[value] === null || point[before] === null) return;
          beside(plot, point.labels, point[value], point[before], colour, palette.surface);
        });
      },
    ],
  };
}

/** Room for every figure, and for the intervals of the later half: the first ones are wide and would flatten the rest. */
function ends(points: CurvePoint[]): [number, number] {
  const of = (some: CurvePoint[], names: (keyof Figure)[]) =>
    some.flatMap((point) => Object.values(FIGURES).flatMap((figure) => names.map((name) => point[figure[name]])));
  const random = points.flatMap((point) => [point.random_nll, point.random_accuracy]);
  const later = of(points.slice(Math.floor(points.length / 2)), ["low", "high"]);
  const known = [...of(points, ["value", "before"]), ...later, ...random].filter((value) => value !== null);
  const [low, high] = known.length ? [Math.min(...known), Math.max(...known)] : [0, 1];
  const room = (high - low) * 0.15 || 0.1;
  return [Math.max(0, low - room), high + room];
}

const curveOptions = (points: CurvePoint[]) => (palette: Palette): ChartOptions => ({
  scales: { x: { time: false, range: sideways }, y: { range: () => ends(points) } },
  hooks: withOthers(points, palette),
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

/** Room for what stands to the left of the first point. */
function sideways(_plot: uPlot, min: number, max: number): [number, number] {
  const room = (max - min) * 0.05 || 1;
  return [min - room, max + room];
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
  const { data, options, compared } = useSpoken(() => {
    const data: uPlot.AlignedData = [
      points.map((p) => p.labels),
      points.map((p) => p.heldout_nll),
      points.map((p) => p.heldout_accuracy),
      points.map((p) => p.random_nll),
      points.map((p) => p.random_accuracy),
    ];
    return { data, options: curveOptions(points), compared: points.map(comparedSentence).findLast((told) => told !== null) };
  }, [points]);
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
        {compared && (
          <li>
            <span className="dot dot-small" aria-hidden="true" /> {t("the version before, on the same answers")}
          </li>
        )}
      </ul>
      <Chart
        label={[t("Learning curve: held-out loss and accuracy by labels spent"), compared].filter(Boolean).join(". ")}
        data={data}
        options={options}
      />
      {compared && <p>{compared}</p>}
      {points.length > 1 && (
        <p className="quiet">
          {t("Each version is judged on the answers held out by then. Later ones are about newer rollouts and harder questions: a worse figure does not mean a worse model. What a training changed shows between a point and the small ring beside it: both are judged on the same answers.")}
        </p>
      )}
      <DataTable
        csv={csv}
        heads={[
          t("Version"),
          t("Labels"),
          t("Held-out answers"),
          t("Held-out loss"),
          t("Held-out accuracy"),
          t("Against the version before, on the same answers"),
          t("Loss, random only"),
          t("Accuracy, random only"),
          t("Random answers"),
        ]}
        rows={points.map((point) => [
          String(point.version),
          count(point.labels),
          count(point.n_heldout),
          within(point, "nll"),
          within(point, "accuracy"),
          comparedSentence(point) ?? "–",
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
