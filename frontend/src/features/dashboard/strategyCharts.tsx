/** What the strategy's answers were worth, check by check: against chance in nats, and in random answers. */

import type uPlot from "uplot";

import type { StrategyCheck } from "../../api/types";
import { bounded, savedRange } from "../../domain/verdict";
import { decimal } from "../../domain/format";
import { t, tn } from "../../i18n";
import Chart, { type ChartOptions, type Palette } from "../../ui/Chart";
import { axes, dot, level, still, whisker, zone } from "../../ui/drawing";
import { useSpoken } from "../../ui/language";

// The ratio is drawn by doublings; what lies beyond the widest doubling is drawn at the edge and exact in the table.
const WIDEST = 4;
// Both plots show chance at zero: no lift, no doubling.
const EVEN = 0;

interface Estimate {
  at: number;
  middle: number | null;
  low: number | null;
  high: number | null;
  isBound: boolean;
  fallsBack: boolean;
}

function padded(estimates: Estimate[]): (plot: uPlot, min: number, max: number) => [number, number] {
  const [first = 0, last = 1] = [estimates[0]?.at, estimates.at(-1)?.at];
  const room = Math.max((last - first) * 0.04, 5);
  return () => [first - room, last + room];
}

function colourOf(palette: Palette, { low, high }: Estimate): string {
  if (low !== null && low > EVEN) return palette.good;
  if (high !== null && high < EVEN) return palette.bad;
  return palette.quiet;
}

function drawn(estimates: Estimate[], palette: Palette): NonNullable<ChartOptions["hooks"]> {
  return {
    drawClear: [
      (plot) => {
        for (const [from, to] of fallenBack(estimates)) {
          zone(plot, from, to, palette.warn, "rising", t("at random"), palette.ink);
        }
        level(plot, EVEN, { colour: palette.ink });
      },
    ],
    draw: [
      (plot) => {
        for (const one of estimates) {
          const colour = colourOf(palette, one);
          whisker(plot, one.at, one.low, one.high, colour);
          if (one.middle !== null) dot(plot, one.at, one.middle, 3.5, colour, one.isBound ? palette.surface : colour);
        }
      },
    ],
  };
}

/** From a check that made the campaign fall back to the check that ended it, or to the edge of the plot. */
function fallenBack(estimates: Estimate[]): [from: number, to: number][] {
  const spans: [number, number][] = [];
  for (const [index, { at, fallsBack }] of estimates.entries()) {
    const before = estimates[index - 1]?.fallsBack ?? false;
    const open = spans.at(-1);
    if (fallsBack && !before) spans.push([at, Infinity]);
    if (!fallsBack && before && open) open[1] = at;
  }
  return spans;
}

function line(estimates: Estimate[]): uPlot.AlignedData {
  return [estimates.map((one) => one.at), estimates.map((one) => one.middle)];
}

const series = (palette: Palette): uPlot.Series[] => [{}, { stroke: palette.line, width: 2, points: { show: false } }];

/** Room for every estimate, and for the intervals of the later half: the first ones are wide and would flatten the rest. */
function ends(estimates: Estimate[]): [number, number] {
  const later = estimates.slice(Math.floor(estimates.length / 2)).flatMap((one) => [one.low, one.high]);
  const known = [...estimates.map((one) => one.middle), ...later].filter((value) => value !== null);
  const [low, high] = [Math.min(EVEN, ...known), Math.max(EVEN, ...known)];
  const room = (high - low) * 0.15 || 0.1;
  return [low - room, high + room];
}

export function LiftChart({ checks }: { checks: StrategyCheck[] }) {
  const { data, options, label } = useSpoken(() => {
    const estimates = checks
      .filter((check) => check.lift !== null)
      .map(({ answers, lift, falls_back }) => ({
        at: answers,
        middle: lift?.mean ?? null,
        low: lift?.low ?? null,
        high: lift?.high ?? null,
        isBound: false,
        fallsBack: falls_back,
      }));
    const range = ends(estimates);
    return {
      data: line(estimates),
      label: described(t("Lift over chance, nats per answer"), checks, liftWords),
      options: (palette: Palette): ChartOptions => ({
        ...still,
        scales: { x: { time: false, range: padded(estimates) }, y: { range: () => range } },
        axes: axes(palette, { x: t("answers"), yValues: (value) => decimal(value, 2) }),
        series: series(palette),
        hooks: drawn(estimates, palette),
      }),
    };
  }, [checks]);
  return <Chart label={label} data={data} options={options} height={230} />;
}

const doublings = (ratio: number | null | undefined): number | null =>
  ratio === null || ratio === undefined ? null : Math.max(-WIDEST, Math.min(WIDEST, Math.log2(Math.max(ratio, 2 ** -WIDEST))));

const FRACTION = ["", "½", "¼", "⅛", "1/16"];

function timesTick(doubling: number): string {
  return `${doubling < 0 ? FRACTION[-doubling] : 2 ** doubling}×`;
}

function wholeBetween([low, high]: [number, number]): number[] {
  const first = Math.ceil(low);
  return Array.from({ length: Math.max(0, Math.floor(high) - first + 1) }, (_, step) => first + step);
}

export function SavedChart({ checks }: { checks: StrategyCheck[] }) {
  const { data, options, label } = useSpoken(() => {
    const estimates = checks
      .filter((check) => check.saved !== null)
      .map(({ answers, saved, falls_back }) => ({
        at: answers,
        middle: doublings(saved?.ratio),
        low: saved?.low ? doublings(saved.low) : null,
        high: doublings(saved?.high),
        isBound: saved?.bound !== "none",
        fallsBack: falls_back,
      }));
    const [low, high] = ends(estimates);
    const range: [number, number] = [Math.min(low, -1.15), Math.max(high, 1.15)];
    return {
      data: line(estimates),
      label: described(t("Random answers that one answer is worth"), checks, savedWords),
      options: (palette: Palette): ChartOptions => ({
        ...still,
        scales: { x: { time: false, range: padded(estimates) }, y: { range: () => range } },
        axes: axes(palette, { x: t("answers"), ySplits: () => wholeBetween(range), yValues: timesTick }),
        series: series(palette),
        hooks: drawn(estimates, palette),
      }),
    };
  }, [checks]);
  return <Chart label={label} data={data} options={options} height={230} />;
}

export function liftWords({ lift }: StrategyCheck): string {
  if (!lift) return "–";
  const [mean, low, high] = [decimal(lift.mean, 3), decimal(lift.low, 3), decimal(lift.high, 3)];
  return t("{{mean}} ({{low}} to {{high}})", { mean, low, high });
}

export function savedWords({ saved }: StrategyCheck): string {
  return saved ? `${bounded(saved)} (${savedRange(saved)})` : "–";
}

/** The drawing in words: its first and its latest estimate. */
function described(what: string, checks: StrategyCheck[], words: (check: StrategyCheck) => string): string {
  const known = checks.filter((check) => words(check) !== "–");
  const [first, latest] = [known[0], known.at(-1)];
  if (!first || !latest) return t("{{what}}: nothing measured yet", { what });
  const point = (check: StrategyCheck) =>
    tn(check.answers, "{{found}} after {{n}} answer", "{{found}} after {{n}} answers", { found: words(check) });
  const course = first === latest ? point(latest) : `${point(first)}; ${point(latest)}`;
  return t("{{what}}, with 95% interval: {{course}}", { what, course });
}
