import { afterEach, describe, expect, test } from "vitest";

import { speak } from "../i18n";
import { count, decimal } from "./format";
import { seeded } from "./reading/seeded";
import { numberOf, problemOfNumber, typedAs } from "./typedNumber";

const LANGUAGES = ["en", "de"] as const;
const WHOLE = { whole: true };

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
    ["1,00", 1],
    ["0,125", 0.125],
    ["1e3", 1000],
    [" 1 000 ", 1000],
  ])("%s is %d in either language", async (text, number) => {
    expect(numberOf(text)).toBe(number);
    await speak("de");
    expect(numberOf(text)).toBe(number);
  });

  test.each(["-", ".", "1e", "1.2.3", "1,2,3", "1,0000,000", "1,000.5,5", "0,000,000", "twelve", "0x10", "Infinity", "NaN", "--1"])(
    "%s is none, or none yet",
    async (text) => {
      for (const language of LANGUAGES) {
        await speak(language);
        expect(numberOf(text)).toBeNaN();
      }
    },
  );

  test.each([
    ["en", "1,000", 1000],
    ["en", "-12,345", -12_345],
    ["en", "1,000,000", 1_000_000],
    ["en", "1,200.00", 1200],
    ["en", "1,234.5", 1234.5],
    ["en", "1.250", 1.25],
    ["en", "1.000.000", Number.NaN],
    ["en", "1.234,5", Number.NaN],
    ["de", "1.000", 1000],
    ["de", "1.000.000", 1_000_000],
    ["de", "1.200,00", 1200],
    ["de", "1,250", 1.25],
    ["de", "1,000,000", Number.NaN],
    ["de", "1,234.5", Number.NaN],
  ] as const)("in %s %s is read as the language writes thousands: %d", async (language, text, number) => {
    await speak(language);
    expect(numberOf(text)).toBe(number);
  });

  test.each(LANGUAGES)("is read back as it was written in %s: every whole number, and none as another", async (language) => {
    await speak(language);
    const random = seeded(7);
    const some = Array.from({ length: 3_000 }, () => Math.floor(10 ** (random() * 15.9)));
    const edges = Array.from({ length: 16 }, (_, n) => [10 ** n - 1, 10 ** n, 10 ** n + 1]).flat();
    for (const whole of [...some, ...edges].flatMap((one) => [one, -one || 0])) {
      expect([count(whole), problemOfNumber(count(whole), WHOLE), numberOf(count(whole))]).toEqual([count(whole), null, whole]);
      if (problemOfNumber(count(whole), {}) === null) expect(numberOf(count(whole))).toBe(whole);
      if (Math.abs(whole) < 1e9) expect([problemOfNumber(decimal(whole, 2), {}), numberOf(decimal(whole, 2))]).toEqual([null, whole]);
    }
  });

  test("is asked about where thousands and a fraction look alike", async () => {
    expect(problemOfNumber("1,250", {})).toBe("That can be read in two ways: write 1250 or 1.25.");
    expect(problemOfNumber("1.250", {})).toBeNull();
    expect(problemOfNumber("1.000", WHOLE)).toBe("That can be read in two ways: write 1000 or 1.");
    expect([problemOfNumber("1,250", WHOLE), problemOfNumber("1,000", WHOLE)]).toEqual([null, null]);
    expect(problemOfNumber("1.250", WHOLE)).toBe("A whole number.");
    await speak("de");
    expect(problemOfNumber("1.250", {})).toBe("Das lässt sich auf zwei Arten lesen: Schreib 1250 oder 1,25.");
    expect(problemOfNumber("1,250", {})).toBeNull();
    expect(problemOfNumber("1,000", WHOLE)).toBe("Das lässt sich auf zwei Arten lesen: Schreib 1000 oder 1.");
    expect([problemOfNumber("1.250", WHOLE), problemOfNumber("1.000", WHOLE)]).toEqual([null, null]);
  });

  test("comes back as it was written for its reader", async () => {
    for (const language of LANGUAGES) {
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
  expect(problemOfNumber("1,000", { most: 90, whole: true })).toContain("A whole number");
});
