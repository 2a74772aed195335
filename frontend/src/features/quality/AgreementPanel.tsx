/** Krippendorff's alpha of every question of the form, by the distance that suits its answers. */

import { csv } from "../../api/desk";
import type { AgreementRow } from "../../api/quality";
import { count, decimal } from "../../domain/format";
import { standing, standingName, whyNot } from "../../domain/quality";
import { t } from "../../i18n";
import { CsvLink } from "../../ui/CsvLink";
import { Panel } from "../../ui/parts";
import { Table, TableRow } from "../../ui/Table";

const LEVELS = {
  nominal: "by class",
  ordinal: "by rank",
  interval: "by number",
  set: "by what is marked",
} as const satisfies Record<AgreementRow["level"], string>;

function AlphaCell({ row }: { row: AgreementRow }) {
  if (row.alpha === null) return <span className="quiet">{whyNot(row.why)}</span>;
  return (
    <>
      <strong>{decimal(row.alpha)}</strong>{" "}
      {row.low !== null && row.high !== null && (
        <span className="quiet">
          [{decimal(row.low)}, {decimal(row.high)}]
        </span>
      )}
    </>
  );
}

export function AgreementPanel({ slug, rows }: { slug: string; rows: AgreementRow[] }) {
  if (rows.length === 0) return null;
  const title = t("Agreement by question");
  return (
    <Panel title={title} aside={<CsvLink href={csv.table(slug, "agreement")} of={title} />}>
      <p className="quiet">
        {t(
          "Krippendorff's alpha: 1 is agreement without exception, 0 is what chance gives. In published sets of preferences two people agree on 63 to 77 % of pairs, an alpha of about 0.3 to 0.5.",
        )}
      </p>
      <Table
        name={t("Table: {{heads}}", { heads: title })}
        heads={[t("Question"), t("Alpha, with interval"), t("Standing"), t("Compared"), t("Items with two answers or more")]}
        figures={[4]}
      >
        {rows.map((row) => (
          <TableRow
            key={row.question}
            cells={[row.question, <AlphaCell row={row} />, standingName(standing(row.alpha)), t(LEVELS[row.level]), count(row.items)]}
          />
        ))}
      </Table>
    </Panel>
  );
}
