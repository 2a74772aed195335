/** Numbers as people type them in their language, and as a field holds them. Pure but for the language. */

import { language, t } from "../i18n";

const NUMBER = /^[+\-−]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?$/i;
/** What one language reads as thousands is a fraction in another: nobody is asked to pay for that. */
const TWO_WAYS = { en: /^\D?[1-9]\d{0,2},\d{3}$/, de: /^\D?[1-9]\d{0,2}\.\d{3}$/ } as const;

/** The number; nothing typed is nought, and what is none, or not yet, or can be read in two ways, is NaN. */
export function numberOf(text: string): number {
  const typed = text.replace(/\s/g, "");
  if (!typed) return 0;
  if (!NUMBER.test(typed) || readTwoWays(typed)) return Number.NaN;
  return Number(typed.replace("−", "-").replace(",", "."));
}

/** Whether it may be meant with thousands: “1,000” for readers of English, “1.000” for readers of German. */
export function readTwoWays(text: string): boolean {
  return TWO_WAYS[language()].test(text.trim());
}

/** What is said of a number that can be read in two ways. */
export function twoWays(): string {
  return t("Write it without a separator before the last three digits: it can be read in two ways.");
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
  const number = numberOf(text);
  if (text.trim() && number >= least && number <= most && (!whole || Number.isInteger(number))) return null;
  if (readTwoWays(text)) return twoWays();
  if (most < Infinity) return whole ? t("A whole number from {{least}} to {{most}}.", { least, most }) : t("A number from {{least}} to {{most}}.", { least, most });
  if (least === 0) return whole ? t("A whole number, 0 or more.") : t("A number, 0 or more.");
  return whole ? t("A whole number.") : t("A number.");
}

/** A number as its reader would type it, exact. */
export function typedAs(value: unknown): string {
  const written = String(value);
  return language() === "de" ? written.replace(".", ",") : written;
}
