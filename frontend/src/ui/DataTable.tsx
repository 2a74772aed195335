/** The numbers of a drawing as a table that opens below it: the same facts for eyes, ears and copying. */

import { t } from "../i18n";
import { CsvLink } from "./CsvLink";
import { Table, TableRow } from "./Table";

interface Props {
  name?: string;
  heads: string[];
  rows: string[][];
  /** Where all of its rows can be had. */
  csv?: string;
}

/** Columns of figures are aligned by their last digit. */
const FIGURE = /^[\d.,\s%±+−–…[\]s-]*$/;

export function DataTable({ name = t("As a table"), heads, rows, csv }: Props) {
  const figures = heads.map((_, column) => column).filter((column) => column > 0 && rows.every((row) => FIGURE.test(row[column] ?? "")));
  return (
    <details className="numbers">
      <summary>{name}</summary>
      {csv && <CsvLink href={csv} of={name} />}
      <Table name={t("Table: {{heads}}", { heads: heads.join(", ") })} heads={heads} figures={figures} className="numbers-box">
        {rows.map((cells, row) => (
          <TableRow key={row} cells={cells} />
        ))}
      </Table>
    </details>
  );
}
