/** A table in a box of its own that scrolls sideways and that keys reach; columns of figures are aligned by their last digit. */

import type { ReactNode } from "react";

interface Props {
  /** What it is a table of. */
  name: string;
  heads: string[];
  /** Which columns hold figures; their cells have the class `num`. */
  figures?: number[];
  /** The rows. */
  children: ReactNode;
}

export function Table({ name, heads, figures = [], children }: Props) {
  return (
    <div className="table-box" role="region" aria-label={name} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {heads.map((head, column) => (
              <th key={head} scope="col" className={figures.includes(column) ? "num" : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
