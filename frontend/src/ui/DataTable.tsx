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

export function DataTable({ name = t("As a table"), heads, rows, csv }: Props) {
  return (
    <details className="numbers">
      <summary>{name}</summary>
      {csv && <CsvLink href={csv} of={name} />}
      <div className="table-box numbers-box" role="region" aria-label={t("Table: {{heads}}", { heads: heads.join(", ") })} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
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
                  <td key={column}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
