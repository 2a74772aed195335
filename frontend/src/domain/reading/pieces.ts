/** Long text is laid out in pieces, so that the page answers between them. The pieces joined are the text. */

/** Cut at the ends of lines. A line longer than `longest` is cut at a space, or where it must be. */
export function linePieces(text: string, size: number, longest = size * 10): string[] {
  const pieces: string[] = [];
  let from = 0;
  while (text.length - from > size) {
    let end = text.indexOf("\n", from + size) + 1;
    if (end === 0) end = text.length;
    if (end - from > longest) {
      const space = text.lastIndexOf(" ", from + longest) + 1;
      end = space > from ? space : from + longest;
      if (isLowSurrogate(text, end)) end += 1;
    }
    pieces.push(text.slice(from, end));
    from = end;
  }
  if (from < text.length || pieces.length === 0) pieces.push(text.slice(from));
  return pieces;
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** What is open at the end of a line and what closes it: a fence, or display maths. */
const OPENERS: [opens: RegExp, closes: (line: string, mark: string) => boolean][] = [
  [/^ {0,3}(`{3,}|~{3,})/, (line, mark) => line.trim().startsWith(mark) && /^(`+|~+)$/.test(line.trim())],
  [/^ {0,3}(\$\$)(?!.*\$\$)/, (line) => line.trim().endsWith("$$")],
  [/(\\\[)(?!.*\\\])/, (line) => line.includes("\\]")],
];

type Open = { mark: string; closes: (line: string, mark: string) => boolean };

function stillOpen(open: Open | null, line: string): Open | null {
  if (open) return open.closes(line, open.mark) ? null : open;
  for (const [opens, closes] of OPENERS) {
    const mark = opens.exec(line)?.[1];
    if (mark) return { mark, closes };
  }
  return null;
}

/**
 * Cut Markdown where a new block surely begins: after an empty line, outside fences and display maths, before a line
 * that is neither indented nor the next item of a list. Where no such place comes, any line but a table's will do.
 */
export function markdownPieces(text: string, size: number): string[] {
  if (text.length <= size) return [text];
  const pieces: string[] = [];
  let [from, at] = [0, 0];
  let open: Open | null = null;
  let afterEmpty = false;
  for (const line of text.split("\n")) {
    const begins = afterEmpty && /^(?![ \t>]|[-*+] |\d+[.)] |\|)\S/.test(line);
    const must = at - from >= 2 * size && !line.startsWith("|");
    if (open === null && at - from >= size && (begins || must)) {
      pieces.push(text.slice(from, at));
      from = at;
    }
    open = stillOpen(open, line);
    afterEmpty = line.trim() === "";
    at += line.length + 1;
  }
  pieces.push(text.slice(from));
  return pieces;
}

/** A block longer than this without a place to cut is no prose; nor is one nested deeper than anybody reads. */
const LONGEST_BLOCK = 9_000;
const DEEP = /^(?:[ \t]*(?:>|[-*+]|\d+[.)])){14}|^[ \t]{64,}(?:[-*+>]|\d+[.)])[ \t]/m;
const ONE_FENCE = /^\s*(`{3,}|~{3,})[^\n]*\n[^]*$/;

/** Whether laying a piece out would cost more than it tells. */
export function isBeyondLayout(piece: string): boolean {
  if (piece.length > LONGEST_BLOCK && !ONE_FENCE.test(piece)) return true;
  return DEEP.test(piece);
}
