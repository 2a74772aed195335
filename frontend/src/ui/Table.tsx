/** A table in a box of its own. Where the box is too narrow for its columns each row stands as a block, with the heads
 * beside its cells; columns of figures are aligned by their last digit. */

import { createContext, type ReactNode, useContext } from "react";

interface Columns {
  heads: string[];
  figures: number[];
}

const Columns = createContext<Columns>({ heads: [], figures: [] });

interface Props {
  /** What it is a table of. */
  name: string;
  heads: string[];
  /** Which columns hold figures. */
  figures?: number[];
  /** For what its box is besides. */
  className?: string;
  /** Rows: `TableRow`. */
  children: ReactNode;
}

/** More columns than this are read one below the other where fewer still fit side by side. */
const FEW = 6;

export function Table({ name, heads, figures = [], className = "", children }: Props) {
  return (
    <div className={`table-box needs-${heads.length > FEW ? "much" : "some"} ${className}`} role="region" aria-label={name} tabIndex={0}>
      {/* Roles in words: as blocks the parts of a table would no longer be one. */}
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            {heads.map((head, column) => (
              <th key={head} scope="col" role="columnheader" className={figures.includes(column) ? "num" : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          <Columns.Provider value={{ heads, figures }}>{children}</Columns.Provider>
        </tbody>
      </table>
    </div>
  );
}

/** A row; its first cell says what the others are about. */
export function TableRow({ cells: [first, ...rest] }: { cells: ReactNode[] }) {
  const { heads, figures } = useContext(Columns);
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        {first}
      </th>
      {rest.map((cell, before) => (
        <td key={before} role="cell" data-head={heads[before + 1]} className={figures.includes(before + 1) ? "num" : undefined}>
          {cell}
        </td>
      ))}
    </tr>
  );
}
