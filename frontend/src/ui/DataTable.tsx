/** The numbers of a drawing as a table that opens below it: the same facts for eyes, ears and copying. */

import { t } from "../i18n";
import { CsvLink } from "./CsvLink";

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
  const figures = heads.map((_, column) => column > 0 && rows.every((row) => FIGURE.test(row[column] ?? "")));
  const of = (column: number) => (figures[column] ? "num" : undefined);
  return (
    <details className="numbers">
      <summary>{name}</summary>
      {csv && <CsvLink href={csv} of={name} />}
      <div className="table-box numbers-box" role="region" aria-label={t("Table: {{heads}}", { heads: heads.join(", ") })} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {heads.map((head, column) => (
                <th key={head} scope="col" className={of(column)}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([first, ...rest], row) => (
              <tr key={row}>
                <th scope="row">{first}</th>
                {rest.map((cell, column) => (
                  <td key={column} className={of(column + 1)}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
