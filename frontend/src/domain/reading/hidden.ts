/**
 * Characters that change what is read without being seen: overrides of the reading direction, zero-width spaces, tags.
 *
 * The joiners and marks that Arabic, Persian, Indic scripts and emoji need are not among them.
 */

const HIDDEN = /[\u00ad\u061c\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0001}\u{e0020}-\u{e007f}]/u;
const EACH = new RegExp(HIDDEN, "gu");
/** So many are named one by one; a text with more of them is a text about them. */
const MOST_NAMED = 500;

export type Seen = { text: string } | { code: string };

export function countHidden(text: string): number {
  return HIDDEN.test(text) ? (text.match(EACH)?.length ?? 0) : 0;
}

/** The text with every hidden character as its code point, so that it can be shown in its place. */
export function withHiddenNamed(text: string): Seen[] {
  const seen: Seen[] = [];
  let from = 0;
  let named = 0;
  for (const match of text.matchAll(EACH)) {
    if (++named > MOST_NAMED) break;
    if (match.index > from) seen.push({ text: text.slice(from, match.index) });
    seen.push({ code: `U+${match[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}` });
    from = match.index + match[0].length;
  }
  if (from < text.length || seen.length === 0) seen.push({ text: text.slice(from) });
  return seen;
}
