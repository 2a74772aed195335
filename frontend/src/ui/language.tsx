/** The language of the page as components see it, the button that changes it, and sentences with elements in them. */

import { Fragment, type ReactNode, useEffect, useRef, useSyncExternalStore } from "react";

import { choose, type Language, language, LANGUAGES, subscribe } from "../i18n";

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, language);
}

/** The whole page is drawn anew in the other language; the keyboard then goes on from this button. */
let goesOnHere = false;

/** Names the language it leads to, in that language, for somebody who reads only that one. */
export function LanguageButton() {
  const button = useRef<HTMLButtonElement>(null);
  const all = Object.keys(LANGUAGES) as Language[];
  const next = all[(all.indexOf(useLanguage()) + 1) % all.length] ?? "en";
  useEffect(() => {
    if (!goesOnHere) return;
    goesOnHere = false;
    const frame = requestAnimationFrame(() => button.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  const change = () => {
    goesOnHere = true;
    void choose(next).catch(() => (goesOnHere = false));
  };
  return (
    <button
      ref={button}
      type="button"
      className="button quiet-button icon-button"
      lang={next}
      aria-label={`${next.toUpperCase()}, ${LANGUAGES[next]}`}
      title={LANGUAGES[next]}
      onClick={change}
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
