import { describe, expect, test } from "vitest";

import { limitsOf, meansOf, problemsOfBudget, strataOf } from "./newBudget";
import { freshForm, problems, refusedFields, toRequest } from "./newCampaign";
import { freshQuestion, KINDS, problemsOfForm, toQuestion } from "./newForm";

describe("what a new campaign may use", () => {
  test("labels alone unless more is said", () => {
    expect(meansOf(freshForm)).toEqual({});
    expect(problemsOfBudget(freshForm)).toEqual({});
    expect(limitsOf(freshForm)).toMatchObject({ person_labels: 0, max_step_age: 0, extra_on_disagreement: true });
    expect(limitsOf(freshForm)).not.toHaveProperty("strata");
  });

  test("hours, money and prices are sent as the numbers that were typed", () => {
    const paid = { ...freshForm, budgetHours: "2.5", budgetMoney: "100", payPerHour: "12.50", currency: "eur", paidSeconds: "300" };
    expect(meansOf(paid)).toEqual({
      budget_hours: "2.5",
      budget_money: "100",
      pay_per_hour: "12.5",
      currency: "EUR",
      paid_seconds_cap: 300,
    });
    expect(problemsOfBudget(paid)).toEqual({});
  });

  test("money needs a currency and a price", () => {
    expect(Object.keys(problemsOfBudget({ ...freshForm, budgetMoney: "100" }))).toEqual(["currency", "budgetMoney"]);
  });

  test("caps of strata are a line each, labels or a share", () => {
    expect(strataOf("de: 200\n\n  en : 12.5 %")).toEqual({ de: { labels: 200 }, en: { share: 0.125 } });
    expect(strataOf("a: b: 3")).toEqual({ "a: b": { labels: 3 } });
    expect(strataOf("de: 1,000\nen: 1,000,000")).toEqual({ de: { labels: 1000 }, en: { labels: 1_000_000 } });
    for (const wrong of ["de", "de: x", "de: 1.5", "de: 1.000", "de: 101%", ": 4"]) expect(strataOf(wrong)).toBeNull();
    const capped = { ...freshForm, strataBy: "language", strataCaps: "de: 5" };
    expect(limitsOf(capped).strata).toEqual({ by: "meta.language", caps: { de: { labels: 5 } } });
    expect(limitsOf({ ...capped, strataBy: "run" }).strata).toMatchObject({ by: "run" });
    expect(Object.keys(problemsOfBudget({ ...capped, strataBy: "", strataCaps: "de" }))).toEqual(["strataCaps", "strataBy"]);
  });

  test("a refusal stands at the field it is about, also deep inside one", () => {
    expect(refusedFields("No.", { field: "strata.caps.de" })).toEqual({ strataCaps: "No." });
    expect(refusedFields("No.", { field: "form[1].criteria[0].name" })).toEqual({ asked: "No." });
    expect(refusedFields("No.", { field: "budget_hours" })).toEqual({ budgetHours: "No." });
  });
});

describe("what a new campaign asks", () => {
  test("every kind becomes a question with what it needs", () => {
    expect(toQuestion(freshQuestion("pair"))).toEqual({ kind: "pair", name: "preference", required: true });
    expect(toQuestion({ ...freshQuestion("rating"), parts: "Helpful!\non topic: not beside it\n" })).toMatchObject({
      criteria: [
        { name: "helpful", title: "Helpful!" },
        { name: "on-topic", title: "on topic", guideline: "not beside it" },
      ],
    });
    expect(toQuestion({ ...freshQuestion("rating"), parts: "kind", told: { low: 0, high: 3 } })).toMatchObject({ criteria: [{ name: "kind", low: 0, high: 3 }] });
    expect(toQuestion({ ...freshQuestion("pair"), guideline: "*Read* both.", told: { ties: false } })).toMatchObject({ ties: false, guideline: "*Read* both." });
    expect(toRequest(freshForm).config).toMatchObject({ form: [{ kind: "pair" }], completions: 2 });
  });

  test("no two questions of a form are called the same", () => {
    const asked = KINDS.reduce((before, { kind }) => [...before, freshQuestion(kind, before), freshQuestion(kind, [...before, freshQuestion(kind, before)])], [
      freshQuestion("edit"),
    ]);
    expect(new Set(asked.map(({ name }) => name)).size).toBe(asked.length);
  });

  test("a pair is asked about two completions, and every form asks something", () => {
    expect(problemsOfForm([freshQuestion("pair")], 2)).toBeNull();
    expect(problemsOfForm([freshQuestion("pair")], 3)).toContain("3 completions");
    expect(problemsOfForm([], 2)).not.toBeNull();
    expect(problemsOfForm([{ ...freshQuestion("spans"), parts: " \n " }], 2)).not.toBeNull();
    expect(problemsOfForm([{ ...freshQuestion("spans"), parts: "wrong\nWrong!" }], 2)).toContain("same name");
    expect(problemsOfForm([{ ...freshQuestion("rating"), told: { low: 7 } }], 2)).not.toBeNull();
    expect(problemsOfForm([{ ...freshQuestion("binary"), told: { bad: "Good" } }], 2)).not.toBeNull();
    expect(Object.keys(problems({ ...freshForm, name: "x", runs: ["r"], completions: "4" }))).toEqual(["asked"]);
  });
});
