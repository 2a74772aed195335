/**
 * The language that a text's letters tell, where they tell one: it decides which voice reads them, and how letters that
 * several languages share are drawn. Of Latin, Cyrillic or Arabic letters nothing is guessed.
 */

/** Enough to know by; a long text need not be counted whole. */
const LOOKED_AT = 4_000;

const LETTERS = /\p{L}/gu;
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const HAN = /\p{Script=Han}/gu;
const OTHERS = { ko: /\p{Script=Hangul}/gu, th: /\p{Script=Thai}/gu, el: /\p{Script=Greek}/gu, he: /\p{Script=Hebrew}/gu };

function howMany(text: string, letters: RegExp): number {
  return text.match(letters)?.length ?? 0;
}

/** Empty where it is not known, which in a page says just that. */
export function languageOf(text: string): string {
  const start = text.slice(0, LOOKED_AT);
  const most = howMany(start, LETTERS) / 2;
  const [kana, han] = [howMany(start, KANA), howMany(start, HAN)];
  if (kana + han > most) return kana > 0 ? "ja" : "zh";
  return Object.entries(OTHERS).find(([, letters]) => howMany(start, letters) > most)?.[0] ?? "";
}
