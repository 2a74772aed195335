/** Numbers as people type them in their language, and as a field holds them. Pure but for the language. */

import { language } from "../i18n";

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

/** A number as its reader would type it, exact. */
export function typedAs(value: unknown): string {
  const written = String(value);
  return language() === "de" ? written.replace(".", ",") : written;
}
