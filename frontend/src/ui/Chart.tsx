/** A uPlot drawing that follows the width of its box and the theme. A table beside it carries the same numbers. */

import "uplot/dist/uPlot.min.css";

import { useEffect, useRef } from "react";
import uPlot from "uplot";

import { useLanguage } from "./language";
import { useIsDark } from "./theme";

export interface Palette {
  ink: string;
  quiet: string;
  line: string;
  a: string;
  b: string;
  good: string;
  warn: string;
  bad: string;
  surface: string;
}

export type ChartOptions = Omit<uPlot.Options, "width" | "height">;

interface Props {
  label: string;
  data: uPlot.AlignedData;
  options: (palette: Palette) => ChartOptions;
  height?: number;
}

/** CSS variables may hold functions of the theme; a probe element gives the colours they come to. */
function paletteOf(box: HTMLElement): Palette {
  const probe = document.createElement("span");
  box.append(probe);
  const colour = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const palette = {
    ink: colour("ink"),
    quiet: colour("ink-quiet"),
    line: colour("line"),
    a: colour("a"),
    b: colour("b"),
    good: colour("good"),
    warn: colour("warn"),
    bad: colour("bad"),
    surface: colour("surface"),
  };
  probe.remove();
  return palette;
}

export default function Chart({ label, data, options, height = 200 }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const dark = useIsDark();
  // Axes and marks carry words and numbers.
  const language = useLanguage();
  const latest = useRef(data);
  latest.current = data;
  const plot = useRef<uPlot | null>(null);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const width = () => Math.max(200, element.clientWidth);
    const drawn = new uPlot({ ...options(paletteOf(element)), width: width(), height }, latest.current, element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: width(), height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [dark, language, height, options]);

  useEffect(() => plot.current?.setData(data), [data]);
  // The box has its height before anything is drawn in it, so that nothing below it moves.
  return <div ref={box} className="chart" role="img" aria-label={label} style={{ minHeight: height }} />;
}
