/** A text cut wherever a mark or the selection begins or ends: each piece with every mark that covers it. */

import type { Range, Span } from "../../../domain/kinds/spans";
import { pointsIn, toUnits } from "../../../domain/kinds/words";

export interface Piece extends Range {
  words: string;
  /** Outermost first. */
  spans: readonly Span[];
  selected: boolean;
}

function covers(range: Range | null, at: number): boolean {
  return range !== null && range.start <= at && at < range.end;
}

export function piecesOf(text: string, spans: readonly Span[], selected: Range | null): Piece[] {
  const length = pointsIn(text);
  const cuts = [0, length, ...spans.flatMap(({ start, end }) => [start, end]), ...(selected ? [selected.start, selected.end] : [])];
  const places = [...new Set(cuts)].filter((at) => at <= length).sort((x, y) => x - y);
  let units = 0;
  return places.slice(0, -1).map((start, i) => {
    const end = places[i + 1] ?? length;
    const rest = text.slice(units);
    const words = rest.slice(0, toUnits(rest, end - start));
    units += words.length;
    const covering = spans.filter((span) => covers(span, start)).sort((x, y) => y.end - y.start - (x.end - x.start));
    return { start, end, words, spans: covering, selected: covers(selected, start) };
  });
}
