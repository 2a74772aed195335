import { describe, expect, test } from "vitest";

import { decimal, percent, plural, seconds, slugOf } from "./format";
import { asked, summary, turns } from "./messages";
import { freshForm, problems, toRequest } from "./newCampaign";

describe("numbers", () => {
  test("a missing number is a dash, never a zero", () => {
    expect([decimal(null), decimal(NaN), percent(undefined), seconds(null)]).toEqual(["–", "–", "–", "–"]);
    expect(decimal(0)).toBe("0.00");
  });

  test("one is singular", () => {
    expect([plural(1, "label"), plural(0, "label")]).toEqual(["1 label", "0 labels"]);
  });
});

describe("texts", () => {
  test("a summary is one line, cut between words", () => {
    expect(summary("one two\nthree four five", 12)).toBe("one two…");
    expect(summary([{ role: "user", content: "hello" }])).toBe("hello");
  });

  test("a conversation is about what the person said last", () => {
    const talk = [
      { role: "system", content: "Be kind." },
      { role: "user", content: "Why?" },
    ];
    expect(summary(asked(talk))).toBe("Why?");
  });

  test("plain text is one turn without a role", () => {
    expect(turns("hi")).toEqual([{ role: "", content: "hi" }]);
  });
});

describe("a new campaign", () => {
  const filled = { ...freshForm, name: "Größe & Tone", runs: ["grpo-1"] };

  test("its address comes from its name", () => {
    expect(slugOf(filled.name)).toBe("gro-e-tone");
    expect(toRequest(filled)).toMatchObject({ reward_model: slugOf(filled.name), budget_labels: 500 });
  });

  test("everybody annotates unless somebody is named", () => {
    expect(toRequest(filled)).not.toHaveProperty("annotators");
    expect(toRequest({ ...filled, annotators: "alice, bob" }).annotators).toEqual(["alice", "bob"]);
  });

  test("the random share is typed in percent", () => {
    expect(toRequest(filled).config).toMatchObject({ random_share: 0.1, acquisition: "bald" });
  });

  test("what is missing is named", () => {
    expect(Object.keys(problems({ ...freshForm, budget: "1.5" }))).toEqual(["name", "runs", "budget"]);
    expect(problems(filled)).toEqual({});
  });
});
