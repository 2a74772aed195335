/** Numbers as people type them in their language, and as a field holds them. Pure but for the language. */

import { language, t } from "../i18n";

const NUMBER = /^[+\-−]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?$/i;
/** As a language writes thousands, and so does the product; the sign of a fraction is the other one. */
const GROUPED = {
  en: /^[+\-−]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?$/,
  de: /^[+\-−]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?$/,
} as const;
const THOUSANDS = { en: /,/g, de: /\./g } as const;
/** One sign with three digits behind it: thousands in one language, a fraction in another. */
const ONE_GROUP = /^[+\-−]?[1-9]\d{0,2}[.,]\d{3}$/;

/** The number, as the language reads it; nothing typed is nought, and what is none, or not yet, is NaN. */
export function numberOf(text: string): number {
  const typed = text.replace(/\s/g, "");
  if (!typed) return 0;
  const plain = GROUPED[language()].test(typed) ? typed.replace(THOUSANDS[language()], "") : typed;
  return NUMBER.test(plain) ? decimalOf(plain) : Number.NaN;
}

function decimalOf(plain: string): number {
  return Number(plain.replace("−", "-").replace(",", "."));
}

/**
 * Whether another number may be meant than the language reads: nobody is asked to pay for that. Where fractions are
 * typed too, nobody knows what “1,250” is; a whole number has no fraction, and is asked about in another's thousands.
 */
function readTwoWays(text: string, whole: boolean): boolean {
  const typed = text.replace(/\s/g, "");
  if (!ONE_GROUP.test(typed)) return false;
  const grouped = GROUPED[language()].test(typed);
  return whole ? !grouped && typed.endsWith("000") : grouped;
}

/** What a number may be; without ends, any. */
export interface Range {
  least?: number;
  most?: number;
  /** Whole numbers only. */
  whole?: boolean;
}

/** Why what was typed is none of these numbers; null where it is one. */
export function problemOfNumber(text: string, { least = -Infinity, most = Infinity, whole = false }: Range): string | null {
  if (readTwoWays(text, whole)) return twoWays(text);
  const number = numberOf(text);
  if (text.trim() && number >= least && number <= most && (!whole || Number.isInteger(number))) return null;
  if (most < Infinity) return whole ? t("A whole number from {{least}} to {{most}}.", { least, most }) : t("A number from {{least}} to {{most}}.", { least, most });
  if (least === 0) return whole ? t("A whole number, 0 or more.") : t("A number, 0 or more.");
  return whole ? t("A whole number.") : t("A number.");
}

/** Both numbers that it may be, as they are read in one way. */
function twoWays(text: string): string {
  const typed = text.replace(/\s/g, "");
  const [large, small] = [typed.replace(/[.,]/, ""), typedAs(decimalOf(typed))];
  return t("That can be read in two ways: write {{large}} or {{small}}.", { large, small });
}

/** A number as its reader would type it, exact. */
export function typedAs(value: unknown): string {
  const written = String(value);
  return language() === "de" ? written.replace(".", ",") : written;
}
