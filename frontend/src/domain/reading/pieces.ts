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

/**
 * Cut Markdown where a new block surely begins: after an empty line, outside fences and display maths, before a line
 * that is neither indented nor the next item of a list.
 */
export function markdownPieces(text: string, size: number): string[] {
  if (text.length <= size) return [text];
  const pieces: string[] = [];
  let [from, at] = [0, 0];
  let open: string | null = null;
  let afterEmpty = false;
  for (const line of text.split("\n")) {
    const begins = afterEmpty && open === null && /^(?![ \t>]|[-*+] |\d+[.)] |\|)\S/.test(line);
    if (begins && at - from >= size) {
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

/** The fence, or the `$$`, that is open after this line. */
function stillOpen(open: string | null, line: string): string | null {
  const mark = /^ {0,3}(`{3,}|~{3,}|\$\$(?!.*\$\$))/.exec(line)?.[1] ?? null;
  if (open === null) return mark;
  const closes = mark !== null && mark.startsWith(open) && line.trim() === mark;
  return closes || (open === "$$" && line.trim().endsWith("$$")) ? null : open;
}
