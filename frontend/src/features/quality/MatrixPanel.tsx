/** Everybody with everybody: a table whose shades repeat what its numbers say. */

import { csv } from "../../api/desk";
import type { AgreementMatrix, MatrixCell } from "../../api/quality";
import { count, decimal, percent } from "../../domain/format";
import { cellInWords, shade } from "../../domain/quality";
import { t, tn } from "../../i18n";
import { CsvLink } from "../../ui/CsvLink";
import { Panel } from "../../ui/parts";

function Cell({ cell, own }: { cell: MatrixCell | undefined; own: boolean }) {
  if (own) return <td className="heat heat-own" aria-label={t("the same person")} />;
  if (!cell || cell.items === 0) {
    return (
      <td className="heat heat-none">
        <span className="quiet" aria-label={t("no item in common")}>
          –
        </span>
      </td>
    );
  }
  return (
    <td className={`heat ${shade(cell.few ? null : cell.kappa)}`} title={cellInWords(cell)}>
      {cell.few ? <span>{tn(cell.cards, "{{n}} card: too few", "{{n}} cards: too few")}</span> : <strong>{decimal(cell.kappa)}</strong>}
      {cell.low !== null && cell.high !== null && (
        <span>{t("{{low}} to {{high}}", { low: decimal(cell.low), high: decimal(cell.high) })}</span>
      )}
      <span>
        {percent(cell.share)} · {count(cell.items)}
      </span>
    </td>
  );
}

export function MatrixPanel({ slug, matrix }: { slug: string; matrix: AgreementMatrix }) {
  const title = t("Who agrees with whom");
  return (
    <Panel title={title} wide aside={<CsvLink href={csv.table(slug, "agreement-matrix")} of={title} />}>
      <p className="quiet">
        {t("Kappa on “{{question}}” and its 95% interval, then the share of equal answers and how many items both answered.", { question: matrix.question })}{" "}
        {matrix.left_out > 0 && tn(matrix.left_out, "{{n}} person with fewer answers is left out.", "{{n}} people with fewer answers are left out.")}
      </p>
      <div className="table-box heat-box" role="region" aria-label={t("Table: {{heads}}", { heads: title })} tabIndex={0}>
        <table className="heat-table">
          <thead>
            <tr>
              <td />
              {matrix.annotators.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.annotators.map((name, row) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {matrix.annotators.map((other, column) => (
                  <Cell key={other} cell={matrix.rows[row]?.[column]} own={row === column} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className="legend" aria-label={t("Shades")}>
        <li>
          <span className="dot heat-below" aria-hidden="true" /> {t("below chance")}
        </li>
        {[0, 1, 2, 3, 4].map((step) => (
          <li key={step}>
            <span className={`dot heat-${step}`} aria-hidden="true" /> {t("from {{kappa}}", { kappa: decimal(step / 5, 1) })}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
