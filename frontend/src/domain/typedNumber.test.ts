import { afterEach, describe, expect, test } from "vitest";

import { speak } from "../i18n";
import { numberOf, problemOfNumber, readTwoWays, typedAs } from "./typedNumber";

afterEach(() => speak("en"));

describe("a number that is typed", () => {
  test.each([
    ["", 0],
    ["12", 12],
    ["-3", -3],
    ["−3", -3],
    ["1.", 1],
    [".5", 0.5],
    ["1,5", 1.5],
    ["0,125", 0.125],
    ["1e3", 1000],
    [" 1 000 ", 1000],
  ])("%s is %d in either language", async (text, number) => {
    expect(numberOf(text)).toBe(number);
    await speak("de");
    expect(numberOf(text)).toBe(number);
  });

  test.each(["-", ".", "1e", "1.2.3", "1,000.5", "twelve", "0x10", "Infinity", "NaN", "--1"])("%s is none, or none yet", (text) => {
    expect(numberOf(text)).toBeNaN();
  });

  test("is never guessed at where thousands and a fraction look alike", async () => {
    expect([numberOf("1,000"), readTwoWays("1,000"), numberOf("1.125")]).toEqual([Number.NaN, true, 1.125]);
    await speak("de");
    expect([numberOf("1.000"), readTwoWays("1.000"), numberOf("1,125")]).toEqual([Number.NaN, true, 1.125]);
  });

  test("comes back as it was written for its reader", async () => {
    for (const language of ["en", "de"] as const) {
      await speak(language);
      for (const value of [0, -2, 1.125, 0.05, 1000, 1e9]) expect(numberOf(typedAs(value))).toBe(value);
    }
  });
});

test("what is wrong with a number is said by what it may be", () => {
  expect(problemOfNumber("2,5", {})).toBe(null);
  expect(problemOfNumber("", {})).toBe("A number.");
  expect(problemOfNumber("-1", { least: 0 })).toBe("A number, 0 or more.");
  expect(problemOfNumber("1.5", { least: 0, whole: true })).toBe("A whole number, 0 or more.");
  expect(problemOfNumber("91", { least: 1, most: 90, whole: true })).toBe("A whole number from 1 to 90.");
  expect(problemOfNumber("1,000", { least: 0 })).toContain("two ways");
});
