import { afterEach, describe, expect, test } from "vitest";

import { clock, count, decimal, percent, seconds, when } from "./domain/format";
import { firstKnown, language, speak, t, tn } from "./i18n";
import { rich } from "./ui/language";

afterEach(() => speak("en"));

describe("a text", () => {
  test("is itself in English, with its values", () => {
    expect(t("Hello, {{name}}", { name: "Alice" })).toBe("Hello, Alice");
  });

  test("is what the dictionary says in another language", async () => {
    await speak("de");
    expect(t("Hello, {{name}}", { name: "Alice" })).toBe("Hallo, Alice");
    expect(language()).toBe("de");
  });

  test("stays English where the dictionary has nothing, rather than empty", async () => {
    await speak("de");
    expect(t("Nobody has translated {{this}}", { this: "me" })).toBe("Nobody has translated me");
  });

  test("does not read a value as a gap, nor a name as a word of the language", async () => {
    await speak("de");
    expect(t("Hello, {{name}}", { name: "{{name}} $& constructor" })).toBe("Hallo, {{name}} $& constructor");
    expect(t("constructor")).toBe("constructor");
  });

  test("keeps a gap for an element", () => {
    const pieces = rich(t("Asking now: {{now}}, instead of {{instead}}"), { now: "X", instead: "Y" }) as { props: { children: string } }[];
    expect(pieces.map((piece) => piece.props.children).join("")).toBe("Asking now: X, instead of Y");
  });
});

describe("a number of things", () => {
  const answers = (n: number) => tn(n, "{{n}} answer by you", "{{n}} answers by you");

  test("takes the form that the language has for it", async () => {
    expect([0, 1, 1200].map(answers)).toEqual(["0 answers by you", "1 answer by you", "1,200 answers by you"]);
    await speak("de");
    expect([0, 1, 1200].map(answers)).toEqual(["0 Urteile von dir", "1 Urteil von dir", "1.200 Urteile von dir"]);
  });
});

describe("figures", () => {
  test("are written as the language writes them", async () => {
    const written = () => [count(-1234), decimal(0.5), percent(0.123, 1), seconds(1500)];
    expect(written()).toEqual(["−1,234", "0.50", "12.3%", "1.5 s"]);
    await speak("de");
    expect(written()).toEqual(["−1.234", "0,50", "12,3\u00a0%", "1,5 s"]);
  });

  test("that round to nought have no sign", () => {
    expect([decimal(-0.001), percent(-0.001), count(-0)]).toEqual(["0.00", "0%", "0"]);
  });

  test("of time follow the language too", async () => {
    const at = "2026-05-03T12:34:56";
    const written = () => [when(at, new Date(at)), clock(at)];
    expect(written()).toEqual(["3 May, 12:34", "12:34:56"]);
    await speak("de");
    expect(written()).toEqual(["3. Mai, 12:34", "12:34:56"]);
  });
});

describe("a time of another year", () => {
  test("is told with its year", () => {
    expect(when("2025-12-31T23:59:00", new Date("2026-01-01T00:01:00"))).toBe("31 Dec 2025, 23:59");
    expect(when("2026-01-01T00:00:00", new Date("2025-12-31T23:00:00"))).toBe("1 Jan 2026, 00:00");
  });
});

describe("the language", () => {
  test("is the first wish that the product speaks, whatever its region", () => {
    expect(firstKnown(["de-AT", "en"])).toBe("de");
    expect(firstKnown([null, "fr-FR", "EN-us", "de"])).toBe("en");
  });

  test("is English when nothing else is wished, or something that is no language", () => {
    expect([firstKnown([]), firstKnown(["tlh"]), firstKnown(["constructor", "", "__proto__"])]).toEqual(["en", "en", "en"]);
  });

  test("of two quick wishes is the later one", async () => {
    const [first, second] = [speak("de"), speak("en")];
    await Promise.all([first, second]);
    expect(language()).toBe("en");
  });
});
