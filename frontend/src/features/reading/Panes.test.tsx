import { prerenderToNodeStream } from "react-dom/static";
import { describe, expect, test } from "vitest";

import type { Text } from "../../api/types";
import { Panes } from "./Panes";
import { useReading } from "./useReading";

function Card({ texts, notes, stepwise = false }: { texts: Text[]; notes?: unknown; stepwise?: boolean }) {
  const reading = useReading("card", texts);
  return (
    <Panes
      completions={texts.map((text) => ({ text }))}
      reading={reading}
      notes={notes}
      {...(stepwise ? { body: (place: number) => <p>steps of {place}</p> } : {})}
    />
  );
}

async function html(texts: Text[], notes?: unknown, stepwise?: boolean): Promise<string> {
  const { prelude } = await prerenderToNodeStream(<Card texts={texts} notes={notes} {...(stepwise ? { stepwise } : {})} />);
  const chunks: string[] = [];
  for await (const chunk of prelude) chunks.push(String(chunk));
  return chunks.join("").replace(/<!--.*?-->/gs, "");
}

const panesOf = (page: string) => page.split("<section").slice(1);

describe("what is known of a completion stands beside it", () => {
  const notes = {
    reference: "It is **42**.",
    evidence: [[{ name: "tests", value: true }, { name: "reward", value: -0.25 }], [{ name: "tests", value: false }, { name: "judge", value: "<b>ok</b>" }]],
  };

  test("in shown order, in words and in numbers", async () => {
    const [first = "", second = ""] = panesOf(await html(["one", "two"], notes));
    expect(first).toMatch(/tests<\/bdi>.*✓ yes.*reward<\/bdi>.*−0.25/s);
    expect(second).toMatch(/tests<\/bdi>.*✗ no.*judge<\/bdi>.*&lt;b&gt;ok&lt;\/b&gt;/s);
    expect(second).not.toContain("reward");
  });

  test("with the reference answer above", async () => {
    const page = await html(["one", "two"], notes);
    expect(page.indexOf("Reference answer")).toBeLessThan(page.indexOf("<section"));
    expect(page).toContain("<strong>42</strong>");
  });

  test("and nothing of the kind where the card carries none", async () => {
    const page = await html(["one", "two"], {});
    expect(page).not.toMatch(/Reference answer|<dl/);
  });
});

describe("the switches are those that apply", () => {
  const switches = async (texts: Text[], stepwise = false) =>
    [...(await html(texts, {}, stepwise)).matchAll(/aria-pressed="(?:true|false)">([^<]+?)\s*<kbd/g)].map((match) => match[1]?.trim());

  test("two texts", async () => expect(await switches(["one", "two"])).toEqual(["Differences", "As written", "Scroll together"]));
  test("reasoning in one of them", async () => expect((await switches(["<think>hm</think>one", "two"]))[0]).toBe("Reasoning"));
  test("one text", async () => expect(await switches(["one"])).toEqual(["As written"]));
  test("steps in place of texts", async () => expect(await switches(["one", "two"], true)).toEqual(["Scroll together"]));
});

describe("reasoning", () => {
  const long = `<think>${"many words ".repeat(100)}</think>`;

  test("that is short is shown on all sides", async () => {
    const page = await html(["<think>short thought</think>one", "<think>another</think>two"]);
    expect(page).toMatch(/short thought.*another/s);
  });

  test("that is long on one side is folded on all", async () => {
    const page = await html([`${long}one`, "<think>another</think>two"]);
    expect(page).not.toMatch(/many words|another/);
    expect(page.match(/aria-expanded="false"/g)).toHaveLength(2);
    expect(page).toContain("200 words");
  });
});

test("eight panes are named by place", async () => {
  const names = [...(await html(Array.from("abcdefgh"))).matchAll(/aria-label="Answer ([A-Z])"/g)].map((match) => match[1]);
  expect(names.join("")).toBe("ABCDEFGH");
});
