import { describe, expect, test } from "vitest";

import { decimal, percent, seconds, slugOf } from "./format";
import { asked, beginning, summary, turns } from "./messages";
import { freshForm, problems, refusedFields, toRequest, withMachine } from "./newCampaign";

describe("numbers", () => {
  test("a missing number is a dash, never a zero", () => {
    expect([decimal(null), decimal(NaN), percent(undefined), seconds(null)]).toEqual(["–", "–", "–", "–"]);
    expect(decimal(0)).toBe("0.00");
  });
});

describe("texts", () => {
  test("a summary is one line, cut between words", () => {
    expect(summary("one two\nthree four five", 12)).toBe("one two…");
    expect(summary([{ role: "user", content: "hello" }])).toBe("hello");
  });

  test.each([
    ["<think>\nhm, seven?\n</think>\n\nSeven bags.", "Seven bags.", "left_out"],
    ["hm, seven?\n</think>Seven bags.", "Seven bags.", "left_out"],
    ["<think>hm, seven? or", "hm, seven? or", "shown"],
    ["<think>hm, seven?</think>", "hm, seven?", "shown"],
    ["Seven bags.", "Seven bags.", "none"],
    ["<think></think>Seven bags.", "Seven bags.", "none"],
    ["", "", "none"],
  ])("a completion begins with its answer: %j", (text, line, reasoning) => expect(beginning(text)).toEqual({ line, reasoning }));

  test("reasoning beside what is said is left out as well", () => {
    const talk = [{ role: "assistant", content: "Seven bags.", reasoning_content: "hm" }];
    expect(beginning(talk)).toEqual({ line: "Seven bags.", reasoning: "left_out" });
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
    expect(toRequest(filled).config).toMatchObject({ random_share: 0.1, acquisition: "v_optimal" });
  });

  test("it falls back by itself unless told otherwise", () => {
    expect(toRequest({ ...filled, fallBack: false, mustProve: true }).config).toMatchObject({ fall_back: false, must_prove: false });
    expect(toRequest(filled).config).toMatchObject({ fall_back: true, must_prove: false, per_second: false, cold_answers: 40, machine: "" });
  });

  test("a machine's labels are named as the server names them", () => {
    const source = (part: object) => toRequest({ ...filled, ...part }).config?.machine;
    expect(source({ machineKind: "reward", machineName: "left over" })).toBe("reward");
    expect(source({ machineKind: "part", machineName: " format " })).toBe("reward:format");
    expect(source({ machineKind: "judge", machineName: "small" })).toBe("judge:small");
    expect(Object.keys(problems({ ...filled, machineKind: "judge" }))).toEqual(["machineName"]);
  });

  test("a strategy that corrects a machine leaves with the machine", () => {
    const correcting = { ...filled, machineKind: "reward", acquisition: "rlthf_band" } as const;
    expect(withMachine(correcting, "none").acquisition).toBe("v_optimal");
    expect(withMachine(correcting, "part").acquisition).toBe("rlthf_band");
  });

  test("a refusal is shown at the fields it is about", () => {
    expect(refusedFields("overlap is 99", { field: "overlap" })).toEqual({ overlap: "overlap is 99" });
    expect(refusedFields("No run named x.", { runs: ["x"] })).toEqual({ runs: "No run named x." });
    const fields = { budget_labels: [{ message: "A valid integer is required.", code: "invalid" }] };
    expect(refusedFields("Some fields are not usable.", { fields })).toEqual({ budget: "A valid integer is required." });
    expect(refusedFields("Something else.", { moon: 1 })).toEqual({});
  });

  test("what is missing is named", () => {
    expect(Object.keys(problems({ ...freshForm, budget: "1.5" })).sort()).toEqual(["budget", "name", "runs"]);
    expect(problems(filled)).toEqual({});
  });
});
