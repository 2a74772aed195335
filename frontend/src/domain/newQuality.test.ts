import { describe, expect, test } from "vitest";

import { freshForm, problems, refusedFields, toRequest } from "./newCampaign";
import { freshQuestion } from "./newForm";
import { neededReserve, outlook, qualityOf } from "./newQuality";
import { RANGES, rangeOf, type NumberName } from "./newRanges";

const filled = { ...freshForm, name: "Tone", runs: ["grpo-1"] };

describe("how a new campaign makes sure of its answers", () => {
  test("a few repeats from the beginning, everything else when it is wished", () => {
    expect(qualityOf(freshForm)).toMatchObject({ training_cards: 0, gold_share: 0, gold_pass: 0, repeat_share: 0.03, show_reference: false, show_evidence: false });
    const all = { ...freshForm, training: true, trainingPass: "50", gold: true, goldShare: "8", repeats: false, showEvidence: true };
    expect(qualityOf(all)).toMatchObject({ training_cards: 10, training_pass: 0.5, gold_share: 0.08, gold_judged: 10, gold_pass: 0.6, repeat_share: 0, show_evidence: true });
  });

  test("an empty reserve is what the other settings need, and never too small for them", () => {
    expect(neededReserve({ ...freshForm, repeats: false })).toBe(0.02);
    expect(qualityOf(freshForm).reserve_share).toBe(0.05);
    const checked = { ...freshForm, gold: true, overlap: "2" };
    expect(neededReserve(checked)).toBe(0.23);
    expect(neededReserve({ ...checked, extraOnDisagreement: false })).toBe(0.1);
    expect(neededReserve({ ...freshForm, training: true, annotators: "alice, bob", budget: "100" })).toBe(0.25);
    expect(neededReserve({ ...freshForm, training: true, budget: "1" })).toBe(0.6);
    expect(qualityOf({ ...checked, reserve: "30" }).reserve_share).toBe(0.3);
  });

  test("what is paid from the reserve needs one", () => {
    expect(Object.keys(problems({ ...filled, reserve: "0" }))).toEqual(["reserve"]);
    expect(problems({ ...filled, reserve: "0", repeats: false })).toEqual({});
  });

  test("a budget too small for one card is refused before it is sent", () => {
    const notOne = { budget: "Not one card can be asked about: give more labels, or ask for less overlap or reserve." };
    expect(problems({ ...filled, budget: "2", overlap: "3" })).toEqual(notOne);
    expect(problems({ ...filled, budget: "3", overlap: "3", reserve: "30" })).toEqual(notOne);
    expect(problems({ ...filled, budget: "5", overlap: "3", reserve: "30" })).toEqual({});
    expect(problems({ ...filled, budget: "1", overlap: "1" })).toEqual(notOne);
  });

  test("what may be two numbers is asked about before anything is said of what it comes to", () => {
    const twice = { ...filled, budget: "1.000" };
    expect(problems(twice).budget).toBe("That can be read in two ways: write 1000 or 1.");
    expect(outlook(twice)).toEqual({ lines: [], warnings: [] });
    expect(problems({ ...filled, overlap: "none" }).overlap).toMatch(/whole number/);
    expect(problems({ ...filled, reserve: "much" }).reserve).toMatch(/number from/);
  });

  test("what it comes to is said in sentences", () => {
    const { lines, warnings } = outlook({ ...freshForm, budget: "1000", overlap: "2", gold: true, training: true, annotators: "alice bob" });
    expect(lines).toEqual([
      "Of 1,000 labels, 750 are for new cards and 250 are kept in reserve (25%).",
      "375 cards, each judged by 2 people.",
      "Of a person's 100 cards, 92 are new, 5 have a known answer, and 3 are their own again, turned round.",
      "2 people answer 10 training cards each first: 20 labels.",
    ]);
    expect(warnings).toEqual([]);
    expect(outlook({ ...freshForm, reserve: "2" }).warnings[0]).toContain("about 5% of the labels");
    expect(outlook({ ...freshForm, budget: "2", overlap: "3" }).warnings).toEqual(["Not one card can be asked about: give more labels, or ask for less overlap or reserve."]);
    expect(outlook({ ...freshForm, budget: "30", reserve: "5" }).lines[0]).toBe("Of 30 labels, 28 are for new cards and 2 are kept in reserve (5%).");
    expect(outlook({ ...freshForm, completions: "1", asked: [freshQuestion("binary")] }).lines.at(-1)).toContain("No reward model learns from these answers");
    expect(outlook({ ...freshForm, budget: "" })).toEqual({ lines: [], warnings: [] });
  });

  test("the price is the most it can be", () => {
    const paid = { ...freshForm, budget: "100", payPerLabel: "0.5", payPerHour: "12", paidSeconds: "60", currency: "eur" };
    expect(outlook(paid).lines.at(-1)).toBe("It costs at most 70.00 EUR.");
    expect(outlook({ ...paid, budgetMoney: "40" }).lines.at(-1)).toBe("It costs at most 40.00 EUR.");
  });
});

describe("numbers", () => {
  test("outside their range they are refused at their field, before anything is sent", () => {
    expect(problems(filled)).toEqual({});
    for (const field of Object.keys(RANGES) as NumberName[]) {
      const { least, most } = rangeOf(field);
      for (const wrong of [String(least - 1), String(most * 2 + 1), "x"]) expect(problems({ ...filled, [field]: wrong })).toHaveProperty(field);
    }
    expect(problems({ ...filled, overlap: "" })).toHaveProperty("overlap");
    expect(problems({ ...filled, overlap: "1.5" }).overlap).toBe("A whole number from 1 to 20.");
  });

  test("what the server refuses of a setting stands at its field", () => {
    const config = toRequest(filled).config as Record<string, unknown>;
    const chosenOnce = Object.keys(config).filter((name) => Object.keys(refusedFields("No.", { field: name })).length === 0);
    expect(chosenOnce).toEqual([]);
  });
});
