import { expect, test } from "vitest";

import { freshForm, problems, toChange, withAsked } from "./newCampaign";
import { askedAs, compares, freshQuestion, type Kind, KINDS, problemsOfForm, toQuestion } from "./newForm";

const rating = (low: string, high: string) => ({ ...freshQuestion("rating"), told: { low, high } });

test("a scale may begin below nought, and is sent as numbers", () => {
  expect(problemsOfForm([rating("-3", "3")], 2)).toBeNull();
  expect(toQuestion(rating("-3", "3")).criteria).toMatchObject([{ low: -3, high: 3 }, { low: -3, high: 3 }]);
  expect(askedAs(toQuestion(rating("-3", "3"))).told).toEqual({ low: -3, high: 3 });
});

test.each(["-", "", "1.5", "many", "1.000"])("a lowest score of “%s” is refused, and never becomes another number", (low) => {
  expect(problemsOfForm([rating(low, "5000")], 2)).not.toBeNull();
});

test("a scale that ends before it begins is refused, however it is typed", () => {
  expect(problemsOfForm([rating("10", "9")], 2)).toBe("The highest score is above the lowest.");
});

test("a changed draft keeps its address, and what was emptied has no end", () => {
  const form = { ...freshForm, name: "Another name", runs: ["r"], budgetHours: "", budgetMoney: "12,5", payPerLabel: "0,05", currency: "eur" };
  expect(problems(form)).toEqual({});
  const change = toChange(form, "tone");
  expect(change).not.toHaveProperty("slug");
  expect(change).toMatchObject({ name: "Another name", reward_model: "tone", budget_hours: null, budget_money: "12.5", pay_per_label: "0.05", currency: "EUR" });
});

test("the question above the card goes with what is asked, until somebody has written one", () => {
  const binary = [freshQuestion("binary")];
  expect(withAsked(freshForm, binary)).toEqual({ asked: binary, question: "Is each completion good or bad?" });
  expect(withAsked({ ...freshForm, question: "Is it safe?" }, binary)).toEqual({ asked: binary });
  const more = [...freshForm.asked, freshQuestion("critique", freshForm.asked)];
  expect(withAsked(freshForm, more).question).toBe(freshForm.question);
});

test("only what orders two or more completions teaches a reward model", () => {
  const teaches = (completions: number) => KINDS.filter(({ kind }) => compares([{ kind }], completions)).map(({ kind }): Kind => kind);
  expect(teaches(2)).toEqual(["pair", "best_worst", "ranking", "rating", "binary"]);
  expect(teaches(1)).toEqual([]);
});
