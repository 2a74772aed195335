/** The language of the page as components see it, the button that changes it, and sentences with elements in them. */

import { type DependencyList, Fragment, type ReactNode, useMemo, useSyncExternalStore } from "react";

import { choose, type Language, language, LANGUAGES, subscribe } from "../i18n";

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, language, language);
}

/** For words of the page that stand among words which no browser may translate. */
export function usePageWords(): { lang: Language; translate: "yes" } {
  return { lang: useLanguage(), translate: "yes" };
}

/** As `useMemo`, for what is made with words: another language makes it anew. */
export function useSpoken<Made>(make: () => Made, about: DependencyList): Made {
  return useMemo(make, [...about, useLanguage()]);
}

/** Names the language it leads to, in that language, for somebody who reads only that one. */
export function LanguageButton() {
  const all = Object.keys(LANGUAGES) as Language[];
  const next = all[(all.indexOf(useLanguage()) + 1) % all.length] ?? "en";
  return (
    <button
      type="button"
      className="button quiet-button icon-button"
      lang={next}
      aria-label={`${next.toUpperCase()}, ${LANGUAGES[next]}`}
      title={LANGUAGES[next]}
      // A dictionary that cannot be had leaves the page as it is.
      onClick={() => void choose(next).catch(() => undefined)}
    >
      {next.toUpperCase()}
    </button>
  );
}

/** `rich(t("Chosen by {{strategy}}."), { strategy: <strong>…</strong> })`: gaps of a translated sentence become elements. */
export function rich(sentence: string, elements: Record<string, ReactNode>): ReactNode {
  return sentence
    .split(/\{\{(\w+)\}\}/)
    .map((part, index) => <Fragment key={index}>{index % 2 ? (elements[part] ?? `{{${part}}}`) : part}</Fragment>);
}
