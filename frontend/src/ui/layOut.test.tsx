/** What comes out of any text: elements of a short list, without addresses, handlers or ids. */

import { readFileSync } from "node:fs";

import { renderToStaticMarkup } from "react-dom/server";
import { prerenderToNodeStream } from "react-dom/static";
import { describe, expect, test } from "vitest";

import type { Text } from "../api/types";
import { isBeyondLayout, markdownPieces } from "../domain/reading/pieces";
import { seeded } from "../domain/reading/seeded";
import { Content } from "./Content";
import { layOut, pluginsFor } from "./layOut";

const CORPUS = new URL("../../../tests/e2e/hostile/payloads.json", import.meta.url);

interface Payload {
  kind: string;
  text?: string;
  runs?: [text: string, times: number][];
  messages?: { role: string; content: string }[];
}

const written = ({ text, runs, messages }: Payload): Text => messages ?? text ?? (runs ?? []).map(([part, times]) => part.repeat(times)).join("");
const payloads = (JSON.parse(readFileSync(CORPUS, "utf8")) as Payload[]).map(written);
const texts = payloads.filter((payload) => typeof payload === "string");

const WORDS = "p div span bdi button strong em del code pre blockquote ul ol li table thead tbody tr th td br hr sup sub";
const MATHS =
  "math semantics annotation mrow mi mo mn ms mtext mspace mover munder munderover msub msup msubsup mfrac msqrt mroot mtable mtr mtd mpadded mphantom mstyle menclose svg path line";
const TAGS = new Set(`${WORDS} ${MATHS}`.split(" "));
const OWN = "class dir lang translate style start type aria-expanded aria-hidden title";
const DRAWN =
  "xmlns display encoding mathvariant stretchy fence separator lspace rspace minsize maxsize width height depth voffset accent accentunder scriptlevel displaystyle columnalign columnspacing rowspacing columnlines rowlines linethickness mathcolor mathbackground viewbox preserveaspectratio d x1 x2 y1 y2 stroke-width notation side mathsize";
const ATTRIBUTES = new Set(`${OWN} ${DRAWN}`.split(" "));

/** What must not be there. React writes attributes as name="value" with quotes escaped, and < in text as &lt;. */
function breaches(html: string): string[] {
  return (html.match(/<[a-zA-Z][^>]*>/g) ?? []).filter((mark) => {
    const tag = /^<([\w-]+)/.exec(mark)?.[1]?.toLowerCase() ?? "";
    const names = [...mark.matchAll(/\s([\w:-]+)="/g)].map((match) => (match[1] ?? "").toLowerCase());
    const style = / style="([^"]*)"/.exec(mark)?.[1] ?? "";
    return !TAGS.has(tag) || names.some((name) => !ATTRIBUTES.has(name)) || /url\(|expression|javascript:|fixed/i.test(style);
  });
}

async function laid(text: string): Promise<string> {
  return renderToStaticMarkup(layOut(text, await pluginsFor(text)));
}

async function shown(text: Text): Promise<string> {
  const { prelude } = await prerenderToNodeStream(<Content text={text} />, {
    progressiveChunkSize: Infinity,
    onError: (error) => {
      throw error;
    },
  });
  const chunks: string[] = [];
  for await (const chunk of prelude) chunks.push(String(chunk));
  return chunks.join("").replace(/<!--.*?-->/gs, "");
}

describe("no hostile text becomes anything but words, lines and formulas", () => {
  test("the corpus is large", () => expect(payloads.length).toBeGreaterThan(150));

  test("shown as a page shows it", async () => {
    for (const payload of payloads) expect([payload, breaches(await shown(payload))]).toEqual([payload, []]);
  }, 120_000);

  test("each piece laid out", async () => {
    const pieces = texts.flatMap((text) => markdownPieces(text, 2_500)).filter((piece) => !isBeyondLayout(piece));
    for (const piece of pieces) expect([piece, breaches(await laid(piece))]).toEqual([piece, []]);
  }, 120_000);
});

describe("for any text at all", () => {
  const random = seeded(11);
  const bits = [..."<>[]()*_`~$\\|#-+!&{}:/\"' \n\t1a", "\n\n", "```", "$$", "\\(", "\\[", "\\]", "http://a.b", "<script>", "onerror=", "javascript:", "[^1]", "- ", "> ", "| a |", "\\frac", "\u202e", "مرحبا", "\u0301", "👩\u200d👧", "\ud800", "&lt;", "</think>"];
  const made = Array.from({ length: 400 }, () => Array.from({ length: 1 + Math.floor(random() * 60) }, () => bits[Math.floor(random() * bits.length)]).join(""));

  test("it is laid out without failing and without a breach", async () => {
    for (const text of [...made, ...made.map((text, n) => text + (texts[n % texts.length] ?? "").slice(0, 500))]) {
      if (!isBeyondLayout(text)) expect([text, breaches(await laid(text))]).toEqual([text, []]);
    }
  }, 60_000);
});

describe("what a reader sees", () => {
  test("a link shows where it leads and leads nowhere", async () =>
    expect(await laid("[here](http://a.b/c)")).toContain('<span class="md-link">here<span class="md-address"> (<bdi>http://a.b/c</bdi>)'));

  test("every block has a direction of its own, a list that of its first letter", async () => {
    const list = await laid("- مرحبا\n- hello");
    expect(list).toContain('<ul dir="rtl">');
    expect(list.match(/<li dir="auto">/g)).toHaveLength(2);
    expect(await laid("שלום `x = 1`\n\n```\nx\n```")).toMatch(/<p dir="auto">.*<pre dir="ltr">/s);
  });

  test("what would leave nothing to see is shown as it was written", async () => {
    for (const text of ["[1]: http://a.b/c", "#", ">", "```\n```", "-", "[^1]: x"]) {
      expect(await laid(text)).toBe(`<div class="plain-text" dir="auto">${text.replace(">", "&gt;")}</div>`);
    }
    expect(await laid("***")).toBe("<hr/>");
    expect(await laid("[1]: http://a.b/c\n\nWords.")).not.toContain("http");
  });

  test("a footnote is a number in the text and words below it", async () => {
    const note = await laid("A[^1]\n\n[^1]: Below.");
    expect(note).toContain("[1]");
    expect(note).toContain("Below.");
  });

  test("code is coloured, maths is drawn", async () => {
    expect(await laid("```python\ndef f(): pass\n```")).toContain("hljs-keyword");
    expect(await laid("so $x^2$")).toContain("katex");
  });
});
