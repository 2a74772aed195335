/** Who answered and how evenly between the sides; which versions came of it. */

import { Link } from "react-router";

import type { AnnotatorRow, Version } from "../../api/types";
import { count, decimal, percent, seconds, when } from "../../domain/format";
import { t, tn } from "../../i18n";
import { Badge } from "../../ui/parts";

/** Half is the expected share of "left". The interval is for this one look; who leans is said so that looking daily does no harm. */
function SideShare({ row }: { row: AnnotatorRow }) {
  if (row.left_share === null || row.left_interval === null) return <>–</>;
  const [low = 0, high = 1] = row.left_interval;
  const off = row.leans !== null;
  return (
    <span className={off ? "side side-off" : "side"}>
      <svg viewBox="0 0 100 16" width="75" height="12" aria-hidden="true" className="interval">
        <line x1="50" x2="50" y1="0" y2="16" className="interval-half" />
        <line x1={low * 100} x2={high * 100} y1="8" y2="8" className="interval-range" />
        <circle cx={row.left_share * 100} cy="8" r="4" className="interval-point" />
      </svg>
      <span>
        {percent(row.left_share)} <span className="quiet">[{percent(low)}, {percent(high)}]</span>
        {off && <strong> {row.leans === "left" ? t("leans left") : t("leans right")}</strong>}
      </span>
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
    <div className="table-box" role="region" aria-label={t("Table of annotators")} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("Annotator")}</th>
            <th scope="col" className="num">
              {t("Answers")}
            </th>
            <th scope="col" className="num">
              {t("Median time")}
            </th>
            <th scope="col">{t("Chose left, with interval")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.username}>
              <th scope="row">{row.username}</th>
              <td className="num">{count(row.answers)}</td>
              <td className="num">{seconds(row.median_active_ms)}</td>
              <td>
                <SideShare row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Versions({ versions }: { versions: Version[] }) {
  if (versions.length === 0) return <p className="quiet">{t("No version yet. The first comes after the first training.")}</p>;
  return (
    <div className="table-box" role="region" aria-label={t("Table of versions")} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("Version")}</th>
            <th scope="col">{t("State")}</th>
            <th scope="col" className="num">
              {t("Held-out loss")}
            </th>
            <th scope="col" className="num">
              {t("Accuracy")}
            </th>
            <th scope="col">{t("Created")}</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <tr key={version.id}>
              <th scope="row">{version.number}</th>
              <td>
                <Badge state={version.state} />
              </td>
              <td className="num">{decimal(version.metrics.heldout_nll, 3)}</td>
              <td className="num">{percent(version.metrics.heldout_accuracy as number | null, 1)}</td>
              <td>{when(version.created_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
