import { describe, expect, test } from "vitest";

import type { Alarm } from "../api/desk";
import { gathered, told } from "./alarms";
import { spanInWords } from "./format";

const said = (code: string, about: Alarm["about"] = {}) => told([{ code, level: "warning", about }]);

describe("what runs out is named with what is left of it", () => {
  test.each([
    [{ what: "labels", left: 9.6, cap: 100 }, "9 labels of the budget are left."],
    [{ what: "hours", left: 0.25, cap: 2 }, "0.3 of 2.0 paid hours are left."],
    [{ what: "money", left: 4.5, cap: 1200, currency: "EUR" }, "4.50 of 1,200.00 EUR are left."],
  ])("%j", (about, text) => {
    expect(said("budget_nearly_out", about)).toMatchObject({ text, to: "?top-up=yes" });
  });

  test("also once it is gone", () => {
    const texts = ["labels", "hours", "money"].map((what) => said("budget_out", { what, kept: 0 }).text);
    expect(texts.map((text) => text.split(":")[0])).toEqual(["The budget is used up", "The paid hours are used up", "The money is used up"]);
  });

  test("and before its time", () => {
    const { text, to } = said("budget_ends_early", { what: "hours", n: 22, unasked: 1043 });
    expect([text.includes("last for 22 more labels: 1,043 would never"), to]).toEqual([true, "?top-up=yes"]);
  });
});

test("answers to read are counted by why, in one alarm that leads to exactly those", () => {
  const { text, to } = said("to_read", { flagged: 2, corrected: 1, n: 3 });
  expect(text).toBe("2 flagged answers wait to be read. 1 answer was corrected after it came back, and waits to be read.");
  expect(to).toBe("review?state=waiting");
  expect(said("to_read", { flagged: 0, corrected: 1, n: 1 }).text).not.toContain("flagged");
});

test("which training failed is said, as another one of its kind is to make it good", () => {
  expect(said("job_failed", { job: 7, kind: "reward_model" })).toMatchObject({ text: "The last training failed.", to: "/jobs/7" });
  expect(said("job_failed", { job: 8, kind: "policy" })).toMatchObject({ text: "The last policy training failed.", to: "/jobs/8" });
});

test("what is alike of several people is said once", () => {
  const leans = (name: string): Alarm => ({ code: "side_bias", level: "warning", about: { name, side: "left" } });
  expect(gathered([leans("alice"), leans("bob")])).toHaveLength(1);
});

test("a stretch of time is said in the largest unit that has two of it", () => {
  expect([0.001, 0.5, 1.9, 2, 47, 72].map(spanInWords)).toEqual(["1 minute", "30 minutes", "114 minutes", "2 hours", "47 hours", "3 days"]);
});

test("right answers that were promised and never stated are told by what is missed without them", () => {
  expect(said("none_stated", { use: "training" })).toMatchObject({ text: "No training card has a right answer yet: newcomers are not trained.", to: "gold" });
  expect(said("none_stated", { use: "gold" }).text).toBe("No known answer is stated yet: nobody is measured.");
});
