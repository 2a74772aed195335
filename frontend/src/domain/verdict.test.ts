import { describe, expect, test } from "vitest";

import type { Saved, StrategyCheck, StrategyStatus } from "../api/types";
import { labelsSaved, latestSentence, measured, stateSentence, times, verdictSentence } from "./verdict";

const saved = (ratio: number, low: number, high: number | null, bound: Saved["bound"] = "none"): Saved => ({ ratio, low, high, bound });

const check = (part: Partial<StrategyCheck>): StrategyCheck => ({
  at: "2026-11-20T10:00:00Z",
  answers: 500,
  judged_by: 84,
  learnt_from: 67,
  lift: { mean: 0.031, low: 0.01, high: 0.052 },
  saved: saved(1.62, 1.1, 2.43),
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
    const found = check({ verdict: "unproven", saved: saved(1.1, 0.72, 1.8) });
    expect(verdictSentence(found)).toBe(
      "Not shown to beat chance yet: each answer teaches as much as 1.1 random ones (95% interval 0.72 to 1.8), judged by 84 random answers.",
    );
  });

  test("one that is worse than chance says so", () => {
    const found = check({ verdict: "worse", saved: saved(0.54, 0.34, 0.84) });
    expect(verdictSentence(found)).toMatch(/^Worse than chance: each answer teaches only as much as 0.54 random ones/);
  });

  test("too early is said with what there is", () => {
    expect(verdictSentence(check({ verdict: "too_early", lift: null, saved: null, judged_by: 1 }))).toBe(
      "Too early to tell: 1 random answer so far, and an interval needs more.",
    );
    expect(verdictSentence(check({ verdict: "too_early", saved: saved(1.3, 0.2, null), judged_by: 21 }))).toBe(
      "Too early to tell: each answer teaches as much as 1.3 random ones (95% interval from 0.20 up), judged by 21 random answers.",
    );
  });

  test("a figure whose interval has no end is not told", () => {
    const open = check({ verdict: "too_early", saved: saved(0.14, 0, null), judged_by: 21 });
    expect(verdictSentence(open)).not.toContain("0.14");
    expect(verdictSentence({ ...open, lift: null })).toBe("Too early to tell: 21 random answers so far, and an interval needs more.");
    expect(measured(open.saved)).toBeNull();
  });

  test("a lift that cannot be told in answers is told in nats", () => {
    expect(verdictSentence(check({ saved: null }))).toBe(
      "It foretells random answers by 0.031 nats better than chance does (95% interval 0.010 to 0.052), judged by 84 random answers.",
    );
    const worse = check({ saved: null, verdict: "worse", lift: { mean: -0.04, low: -0.07, high: -0.01 } });
    expect(verdictSentence(worse)).toContain("by 0.040 nats worse than chance does (95% interval −0.070 to −0.010)");
  });

  test("no sentence claims a gain and shows an interval that denies it", () => {
    expect(verdictSentence(check({ saved: saved(1.4, 0.9, 3) }))).toMatch(/^It foretells random answers by 0.031 nats better/);
    expect(verdictSentence(check({ verdict: "worse", saved: saved(0.8, 0.3, 1.2) }))).toMatch(/^Worse than chance: it foretells/);
  });

  test("where the data reach no further the figure is a bound and says so", () => {
    const found = (one: Saved) => verdictSentence(check({ verdict: "unproven", saved: one }));
    expect(found(saved(0.4, 0, 0.9, "at_most"))).toContain(
      "each answer teaches at most as much as 0.40 random ones (95% interval up to 0.90)",
    );
    expect(found(saved(8, 1.1, null, "at_least"))).toContain("at least as much as 8.0 random ones (95% interval from 1.1 up)");
  });

  test("before the first check nothing is claimed", () => {
    expect(latestSentence(status({}))).toBe("Not judged yet: too few random answers.");
  });
});

describe("what the campaign does now", () => {
  test("a cold start counts down", () => {
    const cold = status({ state: "cold", answers_to_go: 1 });
    expect(stateSentence(cold, 0.1, true)).toContain("After 1 more answer the strategy takes over.");
    expect(stateSentence({ ...cold, answers_to_go: null }, 0.1, true)).toContain("until the first version is trained");
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
    expect(labelsSaved(1000, saved(2.5, 0.9, 4))).toEqual({ middle: "1,500", interval: "95% interval −100 to 3,000" });
  });

  test("are a bound where the ratio is one, and lost where it is below one", () => {
    expect(labelsSaved(100, saved(0.4, 0, null, "at_most"))).toEqual({ middle: "at most −60", interval: "95% interval from −100 up" });
  });

  test("stay unknown where the ratio is", () => {
    expect(labelsSaved(100, null)).toBeNull();
  });

  test("figures are as fine as they matter", () => {
    expect([0.5, 1.03, 1.62, 12.4].map(times)).toEqual(["0.50", "1.03", "1.6", "12"]);
  });
});
