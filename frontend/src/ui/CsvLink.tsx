/** A whole table to take away, not only what the page shows of it. */

import { t } from "../i18n";

interface Props {
  href: string;
  of: string;
  /** Says of what for eyes too: where two stand side by side. */
  named?: boolean;
}

export function CsvLink({ href, of, named = false }: Props) {
  return (
    <a className="csv" href={href} download>
      CSV<span className={named ? undefined : "visually-hidden"}> {t("of {{table}}", { table: of })}</span>
    </a>
  );
}
