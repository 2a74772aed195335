/** Strokes that uPlot has no series for: reference lines, whiskers, hatched zones. All in the plot's own units. */

import uPlot from "uplot";

import { numbers } from "../i18n";
import type { ChartOptions, Palette } from "./Chart";

const FONT = "12px system-ui, sans-serif";

interface Axes {
  x: string;
  y?: string;
  xSplits?: (plot: uPlot) => number[];
  xValues?: (value: number) => string;
  ySplits?: (plot: uPlot) => number[];
  yValues?: (value: number) => string;
}

/** Numbers along an axis in the language of the page, each once; uPlot alone would take the browser's. */
function written(show: (value: number) => string = (value) => numbers().format(value)): uPlot.Axis.DynamicValues {
  return (_plot, splits) => splits.map(show).map((text, at, all) => (text === all[at - 1] ? "" : text));
}

/** Quiet axes with the label of x below; the label of y belongs into the heading of the plot. */
export function axes(palette: Palette, { x, xSplits, xValues, ySplits, yValues }: Axes): uPlot.Axis[] {
  const common = { stroke: palette.quiet, grid: { stroke: palette.line, width: 1 }, ticks: { show: false }, font: FONT };
  return [
    {
      ...common,
      label: x,
      labelSize: 18,
      labelFont: FONT,
      size: 30,
      space: 72, // a time with its seconds, and some air
      grid: { show: false },
      ...(xSplits ? { splits: xSplits } : {}),
      values: written(xValues),
    },
    {
      ...common,
      size: 54,
      ...(ySplits ? { splits: ySplits } : {}),
      values: written(yValues),
    },
  ];
}

/** Without a legend and a cursor: the page has its own legend, and a table for exact figures. */
export const still = { legend: { show: false }, cursor: { show: false } } satisfies Partial<ChartOptions>;

function clipped(plot: uPlot, draw: (context: CanvasRenderingContext2D, pixel: number) => void): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx, uPlot.pxRatio);
  ctx.restore();
}

interface Mark {
  colour: string;
  text?: string;
  dash?: number[];
}

/** A level across the whole plot, its name at the left end. */
export function level(plot: uPlot, y: number, { colour, text, dash = [] }: Mark): void {
  clipped(plot, (context, pixel) => {
    const at = Math.round(plot.valToPos(y, "y", true));
    const { left, top, width } = plot.bbox;
    context.strokeStyle = colour;
    context.lineWidth = 1.5 * pixel;
    context.setLineDash(dash.map((part) => part * pixel));
    context.beginPath();
    context.moveTo(left, at);
    context.lineTo(left + width, at);
    context.stroke();
    if (!text) return;
    const below = at < top + 18 * pixel;
    context.font = FONT.replace("12px", `${12 * pixel}px`);
    context.fillStyle = colour;
    context.textAlign = "left"; // whatever the axes left behind
    context.textBaseline = below ? "top" : "bottom";
    context.fillText(text, left + 5 * pixel, at + (below ? 3 : -2) * pixel);
  });
}

/** An interval as an upright line with a cap at each end that is known. */
export function whisker(plot: uPlot, x: number, low: number | null, high: number | null, colour: string): void {
  clipped(plot, (context, pixel) => {
    const { top, height } = plot.bbox;
    const at = Math.round(plot.valToPos(x, "x", true));
    const from = low === null ? top + height : plot.valToPos(low, "y", true);
    const to = high === null ? top : plot.valToPos(high, "y", true);
    context.strokeStyle = colour;
    context.lineWidth = 1.5 * pixel;
    context.beginPath();
    context.moveTo(at, from);
    context.lineTo(at, to);
    for (const [end, known] of [[from, low], [to, high]] as const) {
      if (known === null) continue;
      context.moveTo(at - 3 * pixel, end);
      context.lineTo(at + 3 * pixel, end);
    }
    context.stroke();
  });
}

/** An interval along x, at a height, with a stroke at each end that is known. */
export function span(plot: uPlot, y: number, from: number, to: number | null, colour: string): void {
  clipped(plot, (context, pixel) => {
    const { left, width } = plot.bbox;
    const at = Math.min(plot.bbox.top + plot.bbox.height - 6 * pixel, plot.valToPos(y, "y", true));
    const [low, high] = [plot.valToPos(from, "x", true), to === null ? left + width : plot.valToPos(to, "x", true)];
    context.strokeStyle = colour;
    context.lineWidth = 2 * pixel;
    context.beginPath();
    context.moveTo(low, at);
    context.lineTo(high, at);
    for (const end of to === null ? [low] : [low, high]) {
      context.moveTo(end, at - 5 * pixel);
      context.lineTo(end, at + 5 * pixel);
    }
    context.stroke();
  });
}

export type Hatch = "none" | "rising" | "crossed";

/** A zone between two x, tinted, hatched so that colour is not its only mark, and named at its head. */
export function zone(plot: uPlot, from: number, to: number, colour: string, hatch: Hatch, text: string, ink: string): void {
  clipped(plot, (context, pixel) => {
    const { top, height } = plot.bbox;
    const edge = plot.bbox.left + plot.bbox.width;
    const left = Math.max(plot.bbox.left, plot.valToPos(from, "x", true));
    const right = to === Infinity ? edge : Math.min(edge, plot.valToPos(to, "x", true));
    if (right - left < 0.5) return;
    context.beginPath();
    context.rect(left, top, right - left, height);
    context.clip();
    context.fillStyle = colour;
    context.globalAlpha = 0.13;
    context.fillRect(left, top, right - left, height);
    context.globalAlpha = 0.4;
    context.strokeStyle = colour;
    context.lineWidth = pixel;
    const lean = hatch === "none" ? [] : hatch === "rising" ? [-1] : [-1, 1];
    for (const direction of lean) {
      context.beginPath();
      for (let x = left - height; x < right + height; x += 9 * pixel) {
        context.moveTo(x, top);
        context.lineTo(x + direction * height, top + height);
      }
      context.stroke();
    }
    context.globalAlpha = 1;
    context.font = FONT.replace("12px", `600 ${12 * pixel}px`);
    context.fillStyle = ink;
    context.textBaseline = "top";
    context.textAlign = "center";
    const fits = context.measureText(text).width + 8 * pixel < right - left;
    if (fits) context.fillText(text, (left + right) / 2, top + 5 * pixel);
  });
}

/** A dot; its size may say how much stands behind it, and a fill other than its colour that it is something else. */
export function dot(plot: uPlot, x: number, y: number, radius: number, colour: string, fill = colour): void {
  clipped(plot, (context, pixel) => {
    context.fillStyle = fill;
    context.strokeStyle = colour;
    context.lineWidth = 1.5 * pixel;
    context.beginPath();
    context.arc(plot.valToPos(x, "x", true), plot.valToPos(y, "y", true), radius * pixel, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  });
}

/** What something was before, as a small ring to the left of its dot, joined to it. */
export function beside(plot: uPlot, x: number, y: number, before: number, colour: string, fill: string): void {
  clipped(plot, (context, pixel) => {
    const [right, to, from] = [plot.valToPos(x, "x", true), plot.valToPos(y, "y", true), plot.valToPos(before, "y", true)];
    const left = right - 10 * pixel;
    context.strokeStyle = colour;
    context.fillStyle = fill;
    context.lineWidth = pixel;
    context.beginPath();
    context.moveTo(left, from);
    context.lineTo(right, to);
    context.stroke();
    context.beginPath();
    context.arc(left, from, 2.5 * pixel, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  });
}
