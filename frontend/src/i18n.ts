/**
 * Every visible string goes through `t`: the English text is its own key, and `{{name}}` stands for a value.
 *
 * Keys are written out where they are used, and `t` is called while a page is drawn, not while a file loads: the
 * language is not known before (locales/whole.test.ts holds the sources to both). A number is written as the language
 * writes it; an id goes in as a string. What Intl knows (plurals, dates, numbers) is left to Intl.
 */

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;

export type Language = keyof typeof LANGUAGES;
export type Values = Record<string, string | number>;
/** One text per form of the plural that the language has; `other` is the one every language has. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Dictionary = Record<string, string | Forms>;

const LOCALES: Record<Language, string> = { en: "en-GB", de: "de-DE" };
const KEPT = "tiebreak.language";

/** A dictionary loads only for those who read it; English is in the pages themselves. */
const DICTIONARIES: Record<Language, () => Promise<Dictionary>> = {
  en: async () => ({}),
  de: async () => (await import("./locales/de.json")).default,
};

let spoken: Language = "en";
let wanted: Language = "en";
let dictionary: Dictionary = {};
const listeners = new Set<() => void>();

export function t(text: string, values: Values = {}): string {
  const entry = known(text);
  return filled(typeof entry === "string" ? entry : (entry?.other ?? text), values);
}

/** `tn(n, "{{n}} answer", "{{n}} answers")`: the second text is the key; the first is what English says of one. */
export function tn(n: number, one: string, many: string, values: Values = {}): string {
  const rule = plurals().select(n);
  const entry = known(many);
  const english = rule === "one" ? one : many;
  const text = typeof entry === "object" ? (entry[rule] ?? entry.other) : (entry ?? english);
  return filled(text, { n, ...values });
}

/** A text such as "constructor" is no entry because every object has one. */
function known(text: string): string | Forms | undefined {
  return Object.hasOwn(dictionary, text) ? dictionary[text] : undefined;
}

/** A value that is not given stays a gap, which `rich` fills with an element. */
function filled(text: string, values: Values): string {
  return text.replace(/\{\{(\w+)\}\}/g, (gap, name: string) => {
    const value = values[name];
    if (value === undefined) return gap;
    return typeof value === "number" ? numbers().format(value) : value;
  });
}

export function language(): Language {
  return spoken;
}

/** Load a language and speak it. Of two quick wishes the later one holds. */
export async function speak(next: Language): Promise<void> {
  wanted = next;
  const words = await DICTIONARIES[next]();
  if (wanted !== next) return;
  [spoken, dictionary] = [next, words];
  if (typeof document !== "undefined") document.documentElement.lang = next;
  for (const listener of listeners) listener();
}

/** Speak it, and remember on this device that the person wished it. */
export async function choose(next: Language): Promise<void> {
  try {
    localStorage.setItem(KEPT, next);
  } catch {
    // Without storage the choice lasts until the page is closed.
  }
  await speak(next);
}

/** What the person chose on this device, else the first language of the browser that the product speaks. */
export function preferred(): Language {
  return firstKnown([kept(), ...navigator.languages]);
}

export function firstKnown(tags: readonly (string | null)[]): Language {
  const bases = tags.map((tag) => tag?.toLowerCase().split("-")[0]);
  return bases.find((base): base is Language => !!base && Object.hasOwn(LANGUAGES, base)) ?? "en";
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Formatters are slow to make and pages ask for them by the hundred, so each is made once. */
const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.PluralRules>();

function once<Made extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.PluralRules>(what: string, make: (locale: string) => Made): Made {
  const key = `${spoken} ${what}`;
  const known = made.get(key) ?? make(LOCALES[spoken]);
  made.set(key, known);
  return known as Made;
}

export function numbers(options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return once(`number ${JSON.stringify(options)}`, (locale) => new Intl.NumberFormat(locale, options));
}

export function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return once(`date ${JSON.stringify(options)}`, (locale) => new Intl.DateTimeFormat(locale, options));
}

function plurals(): Intl.PluralRules {
  return once("plural", (locale) => new Intl.PluralRules(locale));
}
