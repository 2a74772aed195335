/**
 * Characters that change what is read without being seen: overrides of the reading direction, zero-width spaces, tags,
 * and marks piled so high on one letter that they cover other lines (and hold the page up).
 *
 * The joiners and the few marks that Arabic, Persian, Indic scripts and emoji need are not among them.
 */

const HIDDEN = String.raw`[\u00ad\u061c\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0001}\u{e0020}-\u{e007f}]`;
const EACH = new RegExp(String.raw`${HIDDEN}|(?<mark>\p{M})(?<more>\p{M}{8,})`, "gu");
const ANY = new RegExp(HIDDEN, "u");
const PILE = /\p{M}{9}/u;
/** So many are named one by one; a text with more of them is a text about them. */
const MOST_NAMED = 500;

export type Seen = { text: string } | { code: string };

/** Whether marks are piled so high that the text can only be shown with them named. */
export function hasPiles(text: string): boolean {
  return PILE.test(text);
}

export function countHidden(text: string): number {
  return ANY.test(text) || PILE.test(text) ? (text.match(EACH)?.length ?? 0) : 0;
}

function codePoint(text: string): string {
  return `U+${text.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The text with every hidden character as its code point, so that it can be shown in its place. */
export function withHiddenNamed(text: string): Seen[] {
  const seen: Seen[] = [];
  let [from, named] = [0, 0];
  for (const match of text.matchAll(EACH)) {
    const { mark, more } = match.groups ?? {};
    // Piles are always taken down; single characters are named up to a bound.
    if (!mark && ++named > MOST_NAMED) continue;
    if (match.index > from || mark) seen.push({ text: text.slice(from, match.index) + (mark ?? "") });
    seen.push({ code: more ? `${[...more].length} × ${codePoint(more)}` : codePoint(match[0]) });
    from = match.index + match[0].length;
  }
  if (from < text.length || seen.length === 0) seen.push({ text: text.slice(from) });
  return seen;
}
