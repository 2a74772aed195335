import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

const TEXT = 4.5;
const CONTROL = 3;

const GROUNDS = ["paper", "surface", "raised", "sunken"];
const TINTED = ["a", "b", "good", "warn", "bad"];

/** What is written or drawn on what, and the least contrast that WCAG 2.2 AA asks of it (1.4.3, 1.4.11). */
const PAIRS: [front: string, backs: string[], least: number][] = [
  ["ink", [...GROUNDS, ...TINTED.map((tint) => `${tint}-soft`)], TEXT],
  ["ink-quiet", GROUNDS, TEXT],
  ["accent", ["paper", "surface", "raised"], TEXT],
  ["accent-ink", ["accent"], TEXT],
  ...TINTED.map((tint): [string, string[], number] => [tint, ["paper", "surface", `${tint}-soft`], TEXT]),
  ["line-strong", ["paper", "surface", "raised"], CONTROL],
  ["focus", GROUNDS, CONTROL],
];

type Colour = [red: number, green: number, blue: number];

function parsed(hex: string): Colour {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as Colour;
}

/** Every token that has a colour for light and one for dark. */
function tokens(): Map<string, Record<"light" | "dark", Colour>> {
  const css = readFileSync("src/styles/tokens.css", "utf8");
  const found = css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g);
  return new Map([...found].map(([, name = "", light = "", dark = ""]) => [name, { light: parsed(light), dark: parsed(dark) }]));
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Colour;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: Colour, other: Colour): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const known = tokens();

test("black on white is 21, and a colour on itself is 1", () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 10);
  expect(contrast([18, 52, 86], [18, 52, 86])).toBe(1);
});

describe.each(["light", "dark"] as const)("in %s", (theme) => {
  test.each(PAIRS)("%s stands out from %s by %d", (front, backs, least) => {
    const of = (name: string) => known.get(name)?.[theme] ?? expect.fail(`There is no colour named ${name}.`);
    const faint = backs.map((back) => [back, contrast(of(front), of(back))] as const).filter(([, ratio]) => ratio < least);
    expect(faint).toEqual([]);
  });
});

test("no text has a colour of which nothing is proven", () => {
  const proven = new Set([...PAIRS.map(([front]) => front), "side"]);
  const sheets = readdirSync("src/styles").filter((name) => name.endsWith(".css") && name !== "tokens.css");
  const used = sheets.flatMap((name) => [...readFileSync(`src/styles/${name}`, "utf8").matchAll(/(?<![\w-])color: var\(--([\w-]+)/g)]);
  expect(used.length).toBeGreaterThan(20);
  expect(used.map(([, token = ""]) => token).filter((token) => !proven.has(token))).toEqual([]);
});

test("nothing moves for those who asked for less motion", () => {
  for (const name of readdirSync("src/styles").filter((one) => one.endsWith(".css"))) {
    const css = readFileSync(`src/styles/${name}`, "utf8");
    const calm = css.replace(/@media \(prefers-reduced-motion: no-preference\) \{(?:[^{}]|\{[^{}]*\})*\}/g, "");
    expect([name, ...(calm.match(/(?<![\w-])(?:transition|animation|scroll-behavior)[\w-]*:/g) ?? [])]).toEqual([name]);
  }
});
