/**
 * What a pointer selected in a text that holds nothing but its words: a stretch, or a place for the caret.
 *
 * A drag that leaves the text selects up to its edge, as far as it touches the text at all.
 */

import type { Range as Stretch } from "../../../domain/kinds/spans";
import { pointsIn, toUnits } from "../../../domain/kinds/words";

function before(box: HTMLElement, node: Node, offset: number): number {
  const range = document.createRange();
  range.selectNodeContents(box);
  range.setEnd(node, offset);
  return pointsIn(range.toString());
}

/** The part of a selection that lies in the box; null where none does. */
function within(box: HTMLElement, range: Range): Range | null {
  const part = document.createRange();
  part.selectNodeContents(box);
  if (range.compareBoundaryPoints(Range.END_TO_START, part) >= 0 || range.compareBoundaryPoints(Range.START_TO_END, part) <= 0) return null;
  if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0) part.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0) part.setEnd(range.endContainer, range.endOffset);
  return part;
}

export interface Pointed {
  range: Stretch | null;
  caret?: number;
}

/** A click without a drag puts the caret at the word there. */
export function pointed(box: HTMLElement): Pointed | null {
  const chosen = window.getSelection();
  if (!chosen?.focusNode) return null;
  if (chosen.isCollapsed) return box.contains(chosen.focusNode) ? { range: null, caret: before(box, chosen.focusNode, chosen.focusOffset) } : null;
  const part = within(box, chosen.getRangeAt(0));
  if (!part) return null;
  const start = before(box, part.startContainer, part.startOffset);
  const length = pointsIn(part.toString());
  return length > 0 ? { range: { start, end: start + length } } : null;
}

/** Selects a stretch of the words, as a finger would have. */
export function select(box: HTMLElement, stretch: Stretch | null): void {
  const whole = box.textContent;
  const ends = stretch && [toUnits(whole, stretch.start), toUnits(whole, stretch.end)].map((units) => placeOf(box, units));
  const [from, to] = ends ?? [];
  if (from && to) window.getSelection()?.setBaseAndExtent(...from, ...to);
}

/** Where in which piece of the text so many of its units are over. */
function placeOf(box: HTMLElement, units: number): [Node, number] | null {
  const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  let left = units;
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const { length } = node as Text;
    if (left <= length) return [node, left];
    left -= length;
  }
  return null;
}
