/** Who answered and how evenly between the sides; which versions came of it. */

import { Link } from "react-router";

import type { AnnotatorRow, Version } from "../../api/types";
import { count, decimal, percent, seconds, when } from "../../domain/format";
import { t, tn } from "../../i18n";
import { IntervalLine } from "../../ui/IntervalLine";
import { Badge } from "../../ui/parts";
import { Table, TableRow } from "../../ui/Table";

/** Half is the expected share of "left". The interval is for this one look; who leans is said so that looking daily does no harm. */
function SideShare({ row }: { row: AnnotatorRow }) {
  if (row.left_share === null || row.left_interval === null) return <>–</>;
  const [low = 0, high = 1] = row.left_interval;
  return (
    <span className={row.leans ? "side-off" : undefined}>
      <IntervalLine value={row.left_share} low={low} high={high} mark={0.5} />
      {row.leans && <strong> {row.leans === "left" ? t("leans left") : t("leans right")}</strong>}
    </span>
  );
}

const SHOWN_ANNOTATORS = 10;

export function Annotators({ rows, slug }: { rows: AnnotatorRow[]; slug: string }) {
  if (rows.length === 0) {
    return (
      <p className="quiet">
        {t("Nobody has answered yet.")} <Link to={`/campaigns/${slug}/people`}>{t("See who may, or invite people")}</Link>
      </p>
    );
  }
  return (
    <>
      <AnnotatorTable rows={rows.slice(0, SHOWN_ANNOTATORS)} />
      {rows.length > SHOWN_ANNOTATORS && (
        <p className="quiet">
          <Link to={`/campaigns/${slug}/quality`}>{tn(rows.length, "All {{n}} annotator", "All {{n}} annotators")}</Link>
        </p>
      )}
    </>
  );
}

function AnnotatorTable({ rows }: { rows: AnnotatorRow[] }) {
  return (
    <Table
      name={t("Table of annotators")}
      heads={[t("Annotator"), t("Answers"), t("Median time"), t("Chose left, with interval")]}
      figures={[1, 2]}
    >
      {rows.map((row) => (
        <TableRow key={row.username} cells={[row.username, count(row.answers), seconds(row.median_active_ms), <SideShare row={row} />]} />
      ))}
    </Table>
  );
}

export function Versions({ versions }: { versions: Version[] }) {
  if (versions.length === 0) return <p className="quiet">{t("No version yet. The first comes after the first training.")}</p>;
  return (
    <Table
      name={t("Table of versions")}
      heads={[t("Version"), t("State"), t("Held-out loss"), t("Accuracy"), t("Created")]}
      figures={[2, 3]}
    >
      {versions.map((version) => (
        <TableRow
          key={version.id}
          cells={[
            version.number,
            <Badge state={version.state} />,
            decimal(version.metrics.heldout_nll, 3),
            percent(version.metrics.heldout_accuracy as number | null, 1),
            when(version.created_at),
          ]}
        />
      ))}
    </Table>
  );
}
