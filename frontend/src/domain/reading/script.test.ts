import { expect, test } from "vitest";

import { languageOf } from "./script";

test.each([
  ["東京タワーの高さは333メートルです。", "ja"],
  ["北京是中国的首都。", "zh"],
  ["서울은 한국의 수도입니다.", "ko"],
  ["Η Αθήνα είναι η πρωτεύουσα.", "el"],
  ["ירושלים", "he"],
  ["กรุงเทพ", "th"],
])("%s is told by its letters", (text, language) => expect(languageOf(text)).toBe(language));

test.each(["Blue.", "Небо синее.", "شكرا", "42", "", "🙂", "let π and λ be given, so that π > λ", "The word 東京 means Tokyo."])(
  "nothing is guessed of %s",
  (text) => expect(languageOf(text)).toBe(""),
);

test("a text longer than anybody counts is told by its start", () => {
  expect(languageOf("あ".repeat(5_000) + "x".repeat(50_000))).toBe("ja");
});
