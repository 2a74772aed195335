/** What a pointer selected in a text that holds nothing but its words: a stretch, or a place for the caret. */

import type { Range } from "../../../domain/kinds/spans";
import { pointsIn } from "../../../domain/kinds/words";

function before(box: HTMLElement, node: Node, offset: number): number {
  const range = document.createRange();
  range.selectNodeContents(box);
  range.setEnd(node, offset);
  return pointsIn(range.toString());
}

/** A click without a drag puts the caret at the word there. */
export function pointed(box: HTMLElement): { range: Range | null; caret?: number } | null {
  const chosen = window.getSelection();
  if (!chosen?.focusNode || !box.contains(chosen.focusNode)) return null;
  if (chosen.isCollapsed) return { range: null, caret: before(box, chosen.focusNode, chosen.focusOffset) };
  const range = chosen.getRangeAt(0);
  if (!box.contains(range.startContainer) || !box.contains(range.endContainer)) return null;
  const start = before(box, range.startContainer, range.startOffset);
  const length = pointsIn(range.toString());
  return length > 0 ? { range: { start, end: start + length } } : null;
}
