/**
 * The words of a text, and offsets in Unicode code points: an emoji is one place, as it is to the server.
 *
 * A browser counts UTF-16 units; `toPoints` and `toUnits` cross over.
 */

export interface Word {
  start: number;
  end: number;
  /** How many line breaks stand before it. */
  line: number;
}

const SURROGATE_PAIR = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g;
const KEPT = 24;
const known = new Map<string, Word[]>();

export function pointsIn(text: string): number {
  return text.length - (text.match(SURROGATE_PAIR)?.length ?? 0);
}

export function toPoints(text: string, units: number): number {
  return pointsIn(text.slice(0, units));
}

export function toUnits(text: string, points: number): number {
  let units = 0;
  for (let passed = 0; passed < points && units < text.length; passed += 1) {
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  }
  return units;
}

function split(text: string): Word[] {
  const words: Word[] = [];
  let [units, points, line] = [0, 0, 0];
  for (const found of text.matchAll(/\S+/gu)) {
    const between = text.slice(units, found.index);
    line += between.split("\n").length - 1;
    const start = points + pointsIn(between);
    const end = start + pointsIn(found[0]);
    words.push({ start, end, line });
    [units, points] = [found.index + found[0].length, end];
  }
  return words;
}

/** Words are what stands between spaces; a caret moves over them. */
export function wordsOf(text: string): readonly Word[] {
  let words = known.get(text);
  if (!words) {
    words = split(text);
    known.set(text, words);
    if (known.size > KEPT) known.delete([...known.keys()][0] ?? "");
  }
  return words;
}
