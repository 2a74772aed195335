import { describe, expect, test } from "vitest";

import { eceByChance, wilson } from "./calibration";
import { auditSentence, zoneEdges } from "./machine";
import { DEFAULT_STRATEGY, machineTitle, needsMachine, offered, type Strategy, STRATEGY_GROUPS, titleOf } from "./strategies";

const curve = { share: [0, 0.25, 0.5, 0.75, 1], agreement: [4, 2, 1, 0, -4], elbow: 2, knee: 0.5, reflection: -2 };

describe("the zones of a curve", () => {
  test("end where the falling curve crosses their levels, between two points too", () => {
    expect(zoneEdges(curve)).toEqual({ keepUntil: 0.625, flipFrom: 0.875 });
  });

  test("without a reflection nothing is turned round", () => {
    expect(zoneEdges({ ...curve, reflection: null }).flipFrom).toBe(1);
  });

  test("a curve above its knee is kept whole, one below it asked whole", () => {
    expect(zoneEdges({ ...curve, knee: -4, reflection: null })).toEqual({ keepUntil: 1, flipFrom: 1 });
    expect(zoneEdges({ ...curve, knee: 5, reflection: -9 })).toEqual({ keepUntil: 0, flipFrom: 1 });
  });
});

describe("the audit of flips", () => {
  test("says how many were right, how surely, and what happens unseen", () => {
    expect(auditSentence({ audited: 58, right: 51, automatic: 1 })).toBe(
      "Of 58 suspected flips audited by people, 51 were right (88%, 95% interval 77% to 94%). 1 label turned round unseen.",
    );
  });

  test("claims nothing before the first", () => {
    expect(auditSentence({ audited: 0, right: 0, automatic: 0 })).toMatch(/^No suspected flip is audited yet/);
  });
});

describe("calibration", () => {
  test("an interval of a share stays inside nought and one", () => {
    const [low, high] = wilson(0.5, 10);
    expect(low).toBeCloseTo(0.2366, 4);
    expect(high).toBeCloseTo(0.7634, 4);
    expect(wilson(0, 5)[0]).toBeCloseTo(0, 12);
    expect(wilson(1, 5)[1]).toBeCloseTo(1, 12);
  });

  test("four times the answers halve the error that is chance", () => {
    expect(eceByChance(100) / eceByChance(400)).toBeCloseTo(2, 12);
  });
});

describe("strategies", () => {
  test("each is listed once, with a title and a meaning", () => {
    const all = STRATEGY_GROUPS.flatMap((group): readonly Strategy[] => group.strategies);
    expect(new Set(all.map((one) => one.name)).size).toBe(all.length);
    expect(all.filter((one) => !one.title || !one.meaning)).toEqual([]);
  });

  test("are offered from the usual ones on, each once", () => {
    const { usual, others } = offered();
    const names = [...usual, ...others.flatMap((group) => group.strategies)].map((one) => one.name);
    const all = STRATEGY_GROUPS.flatMap((group): readonly Strategy[] => group.strategies).map((one) => one.name);
    expect([names[0], usual.length]).toEqual([DEFAULT_STRATEGY, 3]);
    expect([...names].sort()).toEqual([...all].sort());
    expect(others.filter((group) => group.strategies.length === 0)).toEqual([]);
  });

  test("an unknown name is shown as it is", () => {
    expect([titleOf("bald"), titleOf("tomorrow")]).toEqual(["Most to learn", "tomorrow"]);
    expect([needsMachine("rlthf_band"), needsMachine("bald"), needsMachine("tomorrow")]).toEqual([true, false, false]);
  });

  test("a machine is told by what it is", () => {
    const sources = ["reward", "reward:format", "judge:small", "reward:a:b"].map(machineTitle);
    expect(sources).toEqual(["the run's reward", "the reward part “format”", "the judge “small”", "the reward part “a:b”"]);
  });
});
