import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { partsOf, reasoningLength, turnsOf, wordsOf } from "./turns";

const said = (text: string) => partsOf(text).map((part) => [part.kind, part.text]);

/** The server cuts lines of a list by the same rule: it is held to the same examples. */
const EXAMPLES = JSON.parse(readFileSync(new URL("../../../../tests/reasoning.json", import.meta.url), "utf8")) as Record<"text" | "answer" | "thought", string>[];
const inOneLine = (text: string) => text.replace(/\s+/g, " ").trim();

test.each(EXAMPLES)("$text is parted as the server parts it", ({ text, answer, thought }) => {
  const of = (kind: string) => partsOf(text).filter((part) => part.kind === kind).map((part) => part.text);
  expect([of("text"), of("reasoning")].map((parts) => inOneLine(parts.join("\n")))).toEqual([answer, thought].map(inOneLine));
});

describe("reasoning is told from the answer", () => {
  test.each([
    ["<think>\nhm\n</think>\n\nYes.", [["reasoning", "hm"], ["text", "Yes."]]],
    ["<Thinking>hm</Thinking>Yes.", [["reasoning", "hm"], ["text", "Yes."]]],
    ["hm, the template opened it\n</think>\nYes.", [["reasoning", "hm, the template opened it"], ["text", "Yes."]]],
    ["First.\n<think>hm</think>\nYes.", [["text", "First."], ["reasoning", "hm"], ["text", "Yes."]]],
    ["<think></think>\nYes.", [["text", "Yes."]]],
    ["Just an answer.", [["text", "Just an answer."]]],
  ])("%j", (text, parts) => expect(said(text)).toEqual(parts));

  test("a thought cut off by the limit is said to be unfinished", () =>
    expect(partsOf("<think>and then")).toEqual([{ kind: "reasoning", text: "and then", unfinished: true }]));

  test.each(["Use the `</think>` tag.", "```xml\n<think>a</think>\n```", "Write <think> in front."])(
    "a text about tags is a text: %j",
    (text) => expect(said(text)).toEqual([["text", text]]),
  );

  test("going back and forth without end is one text in the end", () => {
    const parts = partsOf("<think>a</think>\nb\n".repeat(5_000));
    expect(parts.length).toBeLessThan(60);
    expect(parts.at(-1)?.kind).toBe("text");
  });
});

describe("messages in the shapes recorders write", () => {
  test.each(["reasoning", "reasoning_content", "thinking"])("%s beside the content", (key) =>
    expect(turnsOf([{ role: "assistant", content: "Yes.", [key]: "hm" }])).toEqual([
      { role: "assistant", parts: [{ kind: "reasoning", text: "hm" }, { kind: "text", text: "Yes." }] },
    ]),
  );

  test("typed pieces as the content", () =>
    expect(turnsOf([{ role: "assistant", content: [{ type: "reasoning", text: "hm" }, { type: "text", text: "Yes." }] }])[0]?.parts).toEqual([
      { kind: "reasoning", text: "hm" },
      { kind: "text", text: "Yes." },
    ]));

  test("a key of every object is not a key of a message", () => {
    const message = JSON.parse('{"role": "user", "content": "x", "__proto__": {"reasoning": "hm"}}');
    expect(turnsOf([message])).toEqual([{ role: "user", parts: [{ kind: "text", text: "x" }] }]);
  });

  test.each([null, 7, true, [null], [7], [[]], [{}], [{ content: 5 }], [{ content: [null, 1, {}] }], {}])("never fails: %j", (raw) => {
    expect(Array.isArray(turnsOf(raw))).toBe(true);
    expect(reasoningLength(raw)).toBeGreaterThanOrEqual(0);
    expect(typeof wordsOf(raw, true)).toBe("string");
  });
});

test("folded reasoning is not compared, shown reasoning is", () => {
  expect(wordsOf("<think>hm</think>\nYes.", false)).toBe("Yes.");
  expect(wordsOf("<think>hm</think>\nYes.", true)).toBe("hm\nYes.");
});
