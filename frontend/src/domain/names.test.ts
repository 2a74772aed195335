import { expect, test } from "vitest";

import { streamName } from "./names";

test("why a card was asked is said in words; a word this page does not know stays as it is", () => {
  expect(["acquisition", "repeat", "constructor"].map(streamName)).toEqual(["chosen by the strategy", "asked again", "constructor"]);
});
