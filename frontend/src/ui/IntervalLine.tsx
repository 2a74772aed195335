/** A share with its interval, as a line and in words. */

import { percent } from "../domain/format";

interface Interval {
  value: number;
  low: number;
  high: number;
  /** What the value is measured against: one half, or chance. */
  mark: number;
}

export function IntervalLine({ value, low, high, mark }: Interval) {
  return (
    <span className="side">
      <svg viewBox="0 0 100 16" width="75" height="12" aria-hidden="true" className="interval">
        <line x1={mark * 100} x2={mark * 100} y1="0" y2="16" className="interval-half" />
        <line x1={low * 100} x2={high * 100} y1="8" y2="8" className="interval-range" />
        <circle cx={value * 100} cy="8" r="4" className="interval-point" />
      </svg>
      <span>
        {percent(value)} <span className="quiet">[{percent(low)}, {percent(high)}]</span>
      </span>
    </span>
  );
}
