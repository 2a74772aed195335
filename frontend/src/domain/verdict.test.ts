import { describe, expect, test } from "vitest";

import type { StrategyCheck, StrategyStatus } from "../api/types";
import { interval, labelsSaved, latestSentence, stateSentence, times, verdictSentence } from "./verdict";

const check = (part: Partial<StrategyCheck>): StrategyCheck => ({
  at: "2026-11-20T10:00:00Z",
  answers: 500,
  judged_by: 84,
  learnt_from: 67,
  lift: { mean: 0.031, low: 0.01, high: 0.052 },
  saved: { ratio: 1.62, low: 1.1, high: 2.43 },
  verdict: "better",
  falls_back: false,
  ...part,
});

const status = (part: Partial<StrategyStatus>): StrategyStatus => ({
  acquisition: "bald",
  in_force: "bald",
  state: "running",
  answers_to_go: null,
  checks: [],
  ...part,
});

describe("what a check found", () => {
  test("a strategy that pays says how much, how surely and who judged", () => {
    expect(verdictSentence(check({}))).toBe(
      "Each answer teaches as much as 1.6 random ones (95% interval 1.1 to 2.4), judged by 84 random answers.",
    );
  });

  test("one that may be chance is not called a gain", () => {
    const found = check({ verdict: "unproven", saved: { ratio: 1.1, low: 0.72, high: 1.8 } });
    expect(verdictSentence(found)).toBe(
      "Not shown to beat chance yet: each answer teaches as much as 1.1 random ones (95% interval 0.72 to 1.8), judged by 84 random answers.",
    );
  });

  test("one that is worse than chance says so", () => {
    const found = check({ verdict: "worse", saved: { ratio: 0.54, low: 0.34, high: 0.84 } });
    expect(verdictSentence(found)).toMatch(/^Worse than chance: each answer teaches only as much as 0.54 random ones/);
  });

  test("without a measurement it is too early, whatever else is said", () => {
    const early = "Too early to tell: 1 random answer so far, and an interval needs more.";
    expect(verdictSentence(check({ verdict: "too_early", judged_by: 1 }))).toBe(early);
    expect(verdictSentence(check({ lift: null, saved: null, judged_by: 1 }))).toBe(early);
  });

  test("a lift that cannot be told in answers is told in nats", () => {
    expect(verdictSentence(check({ saved: null }))).toBe(
      "It foretells random answers by 0.031 nats better than chance does (95% interval 0.010 to 0.052), judged by 84 random answers.",
    );
    const worse = check({ saved: null, verdict: "worse", lift: { mean: -0.04, low: -0.07, high: -0.01 } });
    expect(verdictSentence(worse)).toContain("by 0.040 nats worse than chance does (95% interval −0.070 to −0.010)");
  });

  test("an end the data do not set is a bound, not a number", () => {
    expect(interval(null, 2.4, times)).toBe("at most 2.4, with 95% confidence");
    expect(interval(1.2, null, times)).toBe("at least 1.2, with 95% confidence");
    expect(interval(null, null, times)).toBe("no bound yet");
    const bounded = check({ verdict: "unproven", saved: { ratio: null, low: null, high: 0.9 } });
    expect(verdictSentence(bounded)).toContain("each answer teaches at most as much as 0.90 random ones, with 95% confidence");
  });

  test("before the first check nothing is claimed", () => {
    expect(latestSentence(status({}))).toBe("Not judged yet: too few random answers.");
  });
});

describe("what the campaign does now", () => {
  test("a cold start counts down", () => {
    const cold = status({ state: "cold", answers_to_go: 1 });
    expect(stateSentence(cold, 0.1, true)).toContain("After 1 more answer the strategy takes over.");
  });

  test("falling back gives its reason", () => {
    const fallen = (verdict: StrategyCheck["verdict"]) => status({ state: "fallen_back", checks: [check({ verdict })] });
    expect(stateSentence(fallen("worse"), 0.1, true)).toContain("measured to be worse than chance");
    expect(stateSentence(fallen("unproven"), 0.1, true)).toContain("not shown to beat chance in time");
  });

  test("a strategy nobody can judge is named as such", () => {
    expect(stateSentence(status({}), 0, true)).toContain("nothing can show whether the strategy pays");
    expect(stateSentence(status({ acquisition: "random" }), 0.1, true)).toContain("no strategy to judge");
  });

  test("a switched-off fall-back is not hidden", () => {
    expect(stateSentence(status({}), 0.1, true)).toBe("The strategy chooses the questions; 10% are asked at random, to judge it.");
    expect(stateSentence(status({}), 0.1, false)).toContain("Falling back is switched off");
  });
});

describe("labels saved", () => {
  test("are what the chosen answers stand for beyond themselves, with both ends", () => {
    expect(labelsSaved(100, { ratio: 1.5, low: 0.9, high: 2 })).toEqual({ middle: 50, low: -10, high: 100 });
  });

  test("stay unknown where the ratio is", () => {
    expect(labelsSaved(100, null)).toBeNull();
    expect(labelsSaved(100, { ratio: null, low: null, high: 2 })).toBeNull();
    expect(labelsSaved(100, { ratio: 1.5, low: null, high: 2 })).toMatchObject({ low: null });
  });

  test("large ratios do not pretend to tenths", () => {
    expect([times(0.5), times(1), times(1.62), times(12.4)]).toEqual(["0.50", "1.0", "1.6", "12"]);
  });
});
