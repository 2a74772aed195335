/** What is half-said goes with whose it is. */

import "fake-indexeddb/auto";

import { expect, test } from "vitest";

import type { Begun } from "../domain/begun";
import { begun } from "./begun";

const one: Begun = {
  key: "1/c/answer",
  user: 1,
  campaign: "c",
  assignment: 1,
  lease_number: 1,
  filled: { at: 0, drafts: [] },
  flagged: false,
  note: "between us",
};
const keys = async () => [...(await begun.of(1, "c")).keys()];

test("a page that goes a moment after its person left keeps nothing more of theirs, until they are here again", async () => {
  begun.keep(one);
  const forgotten = begun.forget(1);
  begun.keep(one);
  await forgotten;
  begun.keep(one);
  begun.keep({ ...one, key: "2/c/answer", user: 2 });
  expect(await begun.allOf(1)).toEqual([]);
  expect(await begun.allOf(2)).toHaveLength(1);
  expect(await keys()).toEqual([]);
  begun.keep(one);
  expect(await keys()).toEqual([one.key]);
});
