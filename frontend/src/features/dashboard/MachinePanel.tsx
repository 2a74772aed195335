/** Starting from a machine's labels: which are kept, which people are asked about, which are turned round. */

import { useMemo } from "react";
import type uPlot from "uplot";

import type { MachineCurve, MachineStatus } from "../../api/types";
import { count, decimal, percent, plural } from "../../domain/format";
import { auditSentence, zoneEdges } from "../../domain/machine";
import { machineTitle } from "../../domain/strategies";
import Chart, { type ChartOptions, type Palette } from "../../ui/Chart";
import { DataTable } from "../../ui/DataTable";
import { axes, level, still, zone } from "../../ui/drawing";
import { Panel, Stat } from "../../ui/parts";

function Curve({ curve }: { curve: MachineCurve }) {
  const { keepUntil, flipFrom } = zoneEdges(curve);
  const { data, options } = useMemo(() => {
    const levels = [curve.elbow, curve.knee, ...(curve.reflection === null ? [] : [curve.reflection])];
    const [low, high] = [Math.min(...curve.agreement, ...levels), Math.max(...curve.agreement, ...levels)];
    const room = (high - low) * 0.08 || 0.1;
    return {
      data: [curve.share, curve.agreement] satisfies uPlot.AlignedData,
      options: (palette: Palette): ChartOptions => ({
        ...still,
        scales: { x: { time: false, range: () => [0, 1] }, y: { range: () => [low - room, high + 3 * room] } },
        axes: axes(palette, { x: "share of labels, most agreed first", xValues: (value) => percent(value) }),
        series: [{}, { stroke: palette.ink, width: 2, points: { show: false } }],
        hooks: {
          drawClear: [
            (plot) => {
              zone(plot, 0, keepUntil, palette.good, "none", "keep", palette.ink);
              zone(plot, keepUntil, flipFrom, palette.warn, "rising", "ask", palette.ink);
              zone(plot, flipFrom, 1, palette.bad, "crossed", "flip", palette.ink);
              level(plot, curve.elbow, { colour: palette.quiet, text: "elbow", dash: [6, 5] });
              level(plot, curve.knee, { colour: palette.quiet, text: "knee", dash: [6, 5] });
              if (curve.reflection !== null) {
                level(plot, curve.reflection, { colour: palette.quiet, text: "reflection", dash: [6, 5] });
              }
            },
          ],
        },
      }),
    };
  }, [curve, keepUntil, flipFrom]);
  const label =
    `Agreement of the model with the machine's labels, sorted: keep the first ${percent(keepUntil)}, ` +
    `ask about the next ${percent(flipFrom - keepUntil)}, turn round the last ${percent(1 - flipFrom)}`;
  return <Chart label={label} data={data} options={options} height={260} />;
}

const LEGEND = [
  ["keep", "The model agrees: train on it."],
  ["ask", "Doubtful: people are asked."],
  ["flip", "The model contradicts it strongly: turned round, once audits allow."],
] as const;

function Zones({ zones }: { zones: NonNullable<MachineStatus["zones"]> }) {
  return (
    <ul className="legend zones">
      {LEGEND.map(([name, meaning]) => (
        <li key={name}>
          <span className={`dot zone-${name}`} aria-hidden="true" />
          {name} <strong>{count(zones[name])}</strong> <span className="zone-meaning">{meaning}</span>
        </li>
      ))}
    </ul>
  );
}

/** Twenty-one points of the curve are enough to read it by. */
function tableOf({ share, agreement }: MachineCurve): string[][] {
  const rows = Math.min(21, share.length);
  return Array.from({ length: rows }, (_, row) => {
    const at = rows > 1 ? Math.round((row * (share.length - 1)) / (rows - 1)) : 0;
    return [percent(share[at]), decimal(agreement[at], 3)];
  });
}

function Controls({ machine }: { machine: MachineStatus }) {
  const { flips, amplify, back_off } = machine;
  return (
    <dl className="stats">
      <Stat label="Round" value={count(machine.round)} detail="each trusts the machine's labels more" />
      <Stat label="Amplify" value={`${decimal(amplify, 1)}×`} detail="a person's label against a machine's" />
      <Stat label="Back-off" value={percent(back_off)} detail="of kept labels, nearest the knee, left out" />
      <Stat
        label="Flips audited"
        value={count(flips.audited)}
        detail={`${count(flips.right)} right, ${count(flips.automatic)} automatic`}
      />
    </dl>
  );
}

function Levels({ curve }: { curve: MachineCurve }) {
  const mirror = curve.reflection === null ? "no reflection: no label is surely wrong" : `reflection ${decimal(curve.reflection)}`;
  return (
    <p className="quiet levels">
      Levels of agreement: elbow {decimal(curve.elbow)}, knee {decimal(curve.knee)}, {mirror}.
    </p>
  );
}

export function MachinePanel({ machine }: { machine: MachineStatus }) {
  const { curve, zones } = machine;
  const by = `by ${machineTitle(machine.source)}`;
  return (
    <Panel
      title="Labels of a machine"
      wide
      aside={<span className="quiet">{machine.labelled > 0 ? `${plural(machine.labelled, "label")} ${by}` : by}</span>}
    >
      {curve ? (
        <>
          <Curve curve={curve} />
          {zones && <Zones zones={zones} />}
          <p>{auditSentence(machine.flips)}</p>
          <Controls machine={machine} />
          <Levels curve={curve} />
          <DataTable heads={["Share of labels", "Agreement"]} rows={tableOf(curve)} />
        </>
      ) : (
        <p className="quiet">What the labels are worth shows with the first version trained on them.</p>
      )}
    </Panel>
  );
}
