import { describe, expect, test } from "vitest";

import type { Dictionary } from "../i18n";
import de from "./de.json";
import { readSources } from "./sources";

const { keys, problems } = readSources(process.cwd());
const DICTIONARIES: Record<string, Dictionary> = { de };

const gaps = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort().join();

test("no text that people read escapes translation", () => {
  expect(problems).toEqual([]);
});

describe.each(Object.entries(DICTIONARIES))("%s", (language, words) => {
  test("has every text of the pages, and none that is gone", () => {
    expect([...keys.keys()].filter((key) => !Object.hasOwn(words, key))).toEqual([]);
    expect(Object.keys(words).filter((key) => !keys.has(key))).toEqual([]);
  });

  test("has every form of each plural, and leaves no gap out", () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const wrong = [...keys].filter(([key, counted]) => {
      const entry = words[key];
      if (entry === undefined) return false;
      if (typeof entry === "string") return counted || gaps(entry) !== gaps(key);
      const texts = Object.entries(entry);
      return !counted || texts.map(([form]) => form).sort().join() !== [...forms].sort().join() || gaps(entry.other) !== gaps(key);
    });
    expect(wrong).toEqual([]);
  });

  test("says nothing empty", () => {
    const texts = Object.values(words).flatMap((entry) => (typeof entry === "string" ? [entry] : Object.values(entry)));
    expect(texts.filter((text) => !text.trim())).toEqual([]);
  });
});
