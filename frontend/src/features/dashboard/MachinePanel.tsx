/** Starting from a machine's labels: which are kept, which people are asked about, which are turned round. */

import type uPlot from "uplot";

import { csv } from "../../api/desk";
import type { MachineCurve, MachineStatus } from "../../api/types";
import { count, decimal, percent } from "../../domain/format";
import { auditSentence, zoneEdges } from "../../domain/machine";
import { machineTitle } from "../../domain/strategies";
import { t, tn } from "../../i18n";
import Chart, { type ChartOptions, type Palette } from "../../ui/Chart";
import { DataTable } from "../../ui/DataTable";
import { axes, level, still, zone } from "../../ui/drawing";
import { useSpoken } from "../../ui/language";
import { Panel, Stat } from "../../ui/parts";

function Curve({ curve }: { curve: MachineCurve }) {
  const { keepUntil, flipFrom } = zoneEdges(curve);
  const { data, options } = useSpoken(() => {
    const levels = [curve.elbow, curve.knee, ...(curve.reflection === null ? [] : [curve.reflection])];
    const [low, high] = [Math.min(...curve.agreement, ...levels), Math.max(...curve.agreement, ...levels)];
    const room = (high - low) * 0.08 || 0.1;
    return {
      data: [curve.share, curve.agreement] satisfies uPlot.AlignedData,
      options: (palette: Palette): ChartOptions => ({
        ...still,
        scales: { x: { time: false, range: () => [0, 1] }, y: { range: () => [low - room, high + 3 * room] } },
        axes: axes(palette, { x: t("share of labels, most agreed first"), xValues: (value) => percent(value) }),
        series: [{}, { stroke: palette.ink, width: 2, points: { show: false } }],
        hooks: {
          drawClear: [
            (plot) => {
              zone(plot, 0, keepUntil, palette.good, "none", t("keep"), palette.ink);
              zone(plot, keepUntil, flipFrom, palette.warn, "rising", t("ask"), palette.ink);
              zone(plot, flipFrom, 1, palette.bad, "crossed", t("flip"), palette.ink);
              level(plot, curve.elbow, { colour: palette.quiet, text: t("elbow"), dash: [6, 5] });
              level(plot, curve.knee, { colour: palette.quiet, text: t("knee"), dash: [6, 5] });
              if (curve.reflection !== null) {
                level(plot, curve.reflection, { colour: palette.quiet, text: t("reflection"), dash: [6, 5] });
              }
            },
          ],
        },
      }),
    };
  }, [curve, keepUntil, flipFrom]);
  const label = t(
    "Agreement of the model with the machine's labels, sorted: keep the first {{keep}}, ask about the next {{ask}}, turn round the last {{flip}}",
    { keep: percent(keepUntil), ask: percent(flipFrom - keepUntil), flip: percent(1 - flipFrom) },
  );
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
          {t(name)} <strong>{count(zones[name])}</strong> <span className="zone-meaning">{t(meaning)}</span>
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
      <Stat label={t("Round")} value={count(machine.round)} detail={t("each trusts the machine's labels more")} />
      <Stat label={t("Amplify")} value={`${decimal(amplify, 1)}×`} detail={t("a person's label against a machine's")} />
      <Stat label={t("Back-off")} value={percent(back_off)} detail={t("of kept labels, nearest the knee, left out")} />
      <Stat
        label={t("Flips audited")}
        value={count(flips.audited)}
        detail={t("{{right}} right, {{automatic}} automatic", { right: flips.right, automatic: flips.automatic })}
      />
    </dl>
  );
}

function Levels({ curve }: { curve: MachineCurve }) {
  const values = { elbow: decimal(curve.elbow), knee: decimal(curve.knee), reflection: decimal(curve.reflection) };
  return (
    <p className="quiet levels">
      {curve.reflection === null
        ? t("Levels of agreement: elbow {{elbow}}, knee {{knee}}, no reflection: no label is surely wrong.", values)
        : t("Levels of agreement: elbow {{elbow}}, knee {{knee}}, reflection {{reflection}}.", values)}
    </p>
  );
}

export function MachinePanel({ machine, slug }: { machine: MachineStatus; slug: string }) {
  const { curve, zones } = machine;
  const machineName = machineTitle(machine.source);
  return (
    <Panel
      title={t("Labels of a machine")}
      wide
      aside={
        <span className="quiet">
          {machine.labelled > 0
            ? tn(machine.labelled, "{{n}} label by {{machine}}", "{{n}} labels by {{machine}}", { machine: machineName })
            : t("by {{machine}}", { machine: machineName })}
        </span>
      }
    >
      {curve ? (
        <>
          <Curve curve={curve} />
          {zones && <Zones zones={zones} />}
          <p>{auditSentence(machine.flips)}</p>
          <Controls machine={machine} />
          <Levels curve={curve} />
          <DataTable csv={csv.table(slug, "machine-curve")} heads={[t("Share of labels"), t("Agreement")]} rows={tableOf(curve)} />
        </>
      ) : (
        <p className="quiet">{t("What the labels are worth shows with the first version trained on them.")}</p>
      )}
    </Panel>
  );
}
