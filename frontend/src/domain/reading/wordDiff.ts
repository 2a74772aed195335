/**
 * Which words of two texts are shared, in order, and which stand in only one of them.
 *
 * Lines that occur once in each text are matched first; between them the shortest edit of words is looked for (Myers'
 * greedy search). The work has a bound: where it runs out, the stretch counts as different, and the result says so.
 */

export interface Run {
  shared: boolean;
  /** The words in the first text and in the second; the same words twice where shared, but spaces may differ. */
  a: string;
  b: string;
}

export interface WordDiff {
  runs: Run[];
  /** Shared words, as a share of all words of both. */
  alike: number;
  onlyA: number;
  onlyB: number;
  /** False where the bound on the work was met, so that some words marked as different may be shared. */
  exact: boolean;
}

/** A word with the spaces after it. Scripts without spaces compare sign by sign. */
const WORD =
  /(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]\p{M}*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{N}\p{M}_'’])+|[^\s\p{L}\p{N}\p{M}_])\s*|\s+|[^]/gu;

/** Most differing words between two anchors, and most steps for a whole comparison. */
const MOST_EDITS = 1_500;
const MOST_WORK = 6_000_000;

interface Budget {
  left: number;
  exact: boolean;
}

/** Pairs of ranges [a0, a1) = [b0, b1) of equal words, ascending in both. */
type Match = [a: number, b: number, length: number];

export function wordsIn(text: string): string[] {
  return text.match(WORD) ?? [];
}

/** Words as numbers, equal where they read the same; the spaces after them do not count. */
function numbered(words: string[], known: Map<string, number>): Int32Array {
  return Int32Array.from(words, (word) => {
    const key = word.trim();
    const id = known.get(key) ?? known.size;
    known.set(key, id);
    return id;
  });
}

export function wordDiff(textA: string, textB: string): WordDiff {
  const [wordsA, wordsB] = [wordsIn(textA), wordsIn(textB)];
  const known = new Map<string, number>();
  const [a, b] = [numbered(wordsA, known), numbered(wordsB, known)];
  const budget: Budget = { left: MOST_WORK, exact: true };
  const anchors = lineAnchors(wordsA, wordsB, a, b);
  const matches: Match[] = [];
  let [fromA, fromB] = [0, 0];
  for (const [atA, atB, length] of [...anchors, [a.length, b.length, 0] as Match]) {
    matches.push(...between(a, b, fromA, atA, fromB, atB, budget));
    if (length > 0) matches.push([atA, atB, length]);
    [fromA, fromB] = [atA + length, atB + length];
  }
  return told(wordsA, wordsB, joined(matches), budget.exact);
}

/** Lines that stand once in each text, as a longest chain that ascends in both. */
function lineAnchors(wordsA: string[], wordsB: string[], a: Int32Array, b: Int32Array): Match[] {
  const [linesA, linesB] = [onceOnly(wordsA, a), onceOnly(wordsB, b)];
  const pairs: Match[] = [];
  for (const [key, [from, length]] of linesA) {
    const other = linesB.get(key);
    if (other) pairs.push([from, other[0], length]);
  }
  return ascending(pairs.sort((one, other) => one[0] - other[0]));
}

function onceOnly(words: string[], ids: Int32Array): Map<string, [from: number, length: number]> {
  const found = new Map<string, [number, number]>();
  const twice = new Set<string>();
  let from = 0;
  words.forEach((word, at) => {
    if (!word.includes("\n") && at + 1 < words.length) return;
    const key = ids.subarray(from, at + 1).join(" ");
    if (found.has(key)) twice.add(key);
    // A short line, such as a bracket, is not a landmark.
    if (at - from >= 2) found.set(key, [from, at + 1 - from]);
    from = at + 1;
  });
  for (const key of twice) found.delete(key);
  return found;
}

/** The longest subsequence of pairs, sorted by their first place, that ascends in the second too (patience). */
function ascending(pairs: Match[]): Match[] {
  const tops: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  pairs.forEach(([, place], index) => {
    let [low, high] = [0, tops.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[tops[middle] ?? 0]?.[1] ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    before[index] = low > 0 ? (tops[low - 1] ?? -1) : -1;
    tops[low] = index;
  });
  const chain: Match[] = [];
  for (let at = tops.at(-1) ?? -1; at >= 0; at = before[at] ?? -1) {
    const pair = pairs[at];
    if (pair) chain.push(pair);
  }
  return chain.reverse();
}

/** Matches inside one stretch: what both begin and end with, and the shortest edit of what is left. */
function between(a: Int32Array, b: Int32Array, a0: number, a1: number, b0: number, b1: number, budget: Budget): Match[] {
  let head = 0;
  while (a0 + head < a1 && b0 + head < b1 && a[a0 + head] === b[b0 + head]) head += 1;
  let tail = 0;
  while (a1 - tail > a0 + head && b1 - tail > b0 + head && a[a1 - tail - 1] === b[b1 - tail - 1]) tail += 1;
  const inner = shortestEdit(a.subarray(a0 + head, a1 - tail), b.subarray(b0 + head, b1 - tail), budget);
  return [
    [a0, b0, head],
    ...inner.map(([x, y, length]): Match => [x + a0 + head, y + b0 + head, length]),
    [a1 - tail, b1 - tail, tail],
  ];
}

function shortestEdit(a: Int32Array, b: Int32Array, budget: Budget): Match[] {
  const [n, m] = [a.length, b.length];
  if (n === 0 || m === 0) return [];
  const most = Math.min(n + m, MOST_EDITS);
  const reach = new Int32Array(2 * most + 2);
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= most && budget.left > 0; edits++) {
    trace.push(reach.slice(most - edits, most + edits + 1));
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && (reach[most + k - 1] ?? 0) < (reach[most + k + 1] ?? 0));
      let x = down ? (reach[most + k + 1] ?? 0) : (reach[most + k - 1] ?? 0) + 1;
      const start = x;
      while (x < n && x - k < m && a[x] === b[x - k]) x += 1;
      reach[most + k] = x;
      budget.left -= x - start + 1;
      if (x >= n && x - k >= m) return walkedBack(trace, n, m);
    }
  }
  budget.exact = false;
  return [];
}

/** The equal stretches along the path that reached the end, from the reaches kept before each edit. */
function walkedBack(trace: Int32Array[], n: number, m: number): Match[] {
  const matches: Match[] = [];
  let [x, y] = [n, m];
  for (let edits = trace.length - 1; edits > 0 && (x > 0 || y > 0); edits--) {
    const reach = trace[edits] as Int32Array;
    const at = (k: number) => (Math.abs(k) > edits ? -1 : (reach[k + edits] ?? -1));
    const k = x - y;
    const down = k === -edits || (k !== edits && at(k - 1) < at(k + 1));
    const before = at(down ? k + 1 : k - 1);
    const [startX, startY] = down ? [before, before - k] : [before + 1, before + 1 - k];
    if (x > startX) matches.push([startX, startY, x - startX]);
    [x, y] = down ? [before, before - (k + 1)] : [before, before - (k - 1)];
  }
  if (x > 0) matches.push([0, 0, x]);
  return matches.reverse();
}

/** Neighbouring matches as one, empty ones left out. */
function joined(matches: Match[]): Match[] {
  const whole: Match[] = [];
  for (const match of matches) {
    const last = whole.at(-1);
    if (match[2] === 0) continue;
    if (last && last[0] + last[2] === match[0] && last[1] + last[2] === match[1]) last[2] += match[2];
    else whole.push([...match]);
  }
  return whole;
}

/** A lone short word between two differences ties nothing together: it reads better as part of the difference. */
function isIsland(match: Match, words: string[], before: number, after: number): boolean {
  if (match[2] > 2 || before < 2 || after < 2) return false;
  const letters = words.slice(match[0], match[0] + match[2]).join("").replace(/[^\p{L}\p{N}]/gu, "");
  return letters.length <= 3;
}

/** Punctuation is compared, and marked, but not counted. */
function isWord(word: string): boolean {
  return /[\p{L}\p{N}]/u.test(word);
}

function told(wordsA: string[], wordsB: string[], matches: Match[], exact: boolean): WordDiff {
  const runs: Run[] = [];
  let [fromA, fromB, shared, onlyA, onlyB] = [0, 0, 0, 0, 0];
  const differ = (toA: number, toB: number) => {
    const [a, b] = [wordsA.slice(fromA, toA), wordsB.slice(fromB, toB)];
    onlyA += a.filter(isWord).length;
    onlyB += b.filter(isWord).length;
    const last = runs.at(-1);
    if (last && !last.shared) [last.a, last.b] = [last.a + a.join(""), last.b + b.join("")];
    else if (a.length + b.length > 0) runs.push({ shared: false, a: a.join(""), b: b.join("") });
    [fromA, fromB] = [toA, toB];
  };
  matches.forEach((match, index) => {
    const [atA, atB, length] = match;
    const next = matches[index + 1] ?? [wordsA.length, wordsB.length, 0];
    const gapAfter = next[0] - atA - length + next[1] - atB - length;
    if (isIsland(match, wordsA, atA - fromA + atB - fromB, gapAfter)) return differ(atA + length, atB + length);
    differ(atA, atB);
    shared += wordsA.slice(atA, atA + length).filter(isWord).length;
    const [a, b] = [wordsA.slice(atA, atA + length).join(""), wordsB.slice(atB, atB + length).join("")];
    runs.push({ shared: true, a, b });
    [fromA, fromB] = [atA + length, atB + length];
  });
  differ(wordsA.length, wordsB.length);
  const all = 2 * shared + onlyA + onlyB;
  return { runs, alike: all === 0 ? 1 : (2 * shared) / all, onlyA, onlyB, exact };
}
