import { describe, expect, it } from "vitest";

import type { CurvePoint } from "../api/types";
import { comparedSentence, within } from "./curve";

const point: CurvePoint = {
  labels: 400, version: 3, n_heldout: 240, heldout_nll: 0.561, nll_low: 0.52, nll_high: 0.602, heldout_accuracy: 0.713,
  accuracy_low: 0.65, accuracy_high: 0.768, before_version: 2, before_nll: 0.589,
  nll_change: { mean: -0.028, low: -0.05, high: -0.006 }, before_accuracy: 0.701,
  accuracy_change: { mean: 0.012, low: -0.02, high: 0.044 }, random_nll: null, random_accuracy: null, random_n: null,
};

describe("a point of the learning curve", () => {
  it("says between which ends its figures lie, where enough answers set them", () => {
    expect(within(point, "nll")).toBe("0.561 (0.520 to 0.602)");
    expect(within(point, "accuracy")).toBe("71.3% (65.0% to 76.8%)");
    expect(within({ ...point, nll_low: null, nll_high: null }, "nll")).toBe("0.561");
  });

  it("says what its training changed, on the same answers", () => {
    expect(comparedSentence(point)).toBe(
      "Version 3, both judged on the same 240 answers: better than version 2. Loss −0.028 (−0.050 to −0.006), accuracy +1.2% (−2.0% to +4.4%).",
    );
  });

  it.each([
    [0.01, 0.05, "worse than version 2"],
    [-0.05, 0.01, "not clearly different from version 2"],
    [null, null, "too few answers to compare it with version 2"],
  ])("with a change of the loss between %s and %s is %s", (low, high, found) => {
    expect(comparedSentence({ ...point, nll_change: { mean: 0.02, low, high } })).toContain(found);
  });

  it("stands alone where there was no version before, or none that reads by the same encoder", () => {
    expect(comparedSentence({ ...point, before_version: null, nll_change: null, accuracy_change: null })).toBeNull();
  });

  it("says nothing of accuracy where all answers were ties", () => {
    expect(comparedSentence({ ...point, accuracy_change: null })).toMatch(/Loss −0\.028 \(−0\.050 to −0\.006\)\.$/);
  });
});
