/** A whole table to take away, not only what the page shows of it. */

import { t } from "../i18n";

export function CsvLink({ href, of }: { href: string; of: string }) {
  return (
    <a className="csv" href={href} download>
      CSV<span className="visually-hidden"> {t("of {{table}}", { table: of })}</span>
    </a>
  );
}
