import { expect, test } from "vitest";

import { changes, kindName } from "./audit";

test("a change is told field by field, without what stayed the same", () => {
  expect(changes({ role: "annotator", active: true }, { role: "manager", active: true })).toEqual([
    { field: "role", was: "annotator", is: "manager" },
  ]);
});

test("what begins has no before, what ends no after, and lists are written out", () => {
  expect(changes(null, { scopes: ["annotate"], note: "" })).toEqual([{ field: "scopes", was: null, is: '["annotate"]' }]);
  expect(changes({ uses: 0 }, null)).toEqual([{ field: "uses", was: "0", is: null }]);
  expect(changes(null, null)).toEqual([]);
});

test("a kind this page does not know stays as it is", () => {
  expect(kindName("campaign.opened")).toBe("opened the campaign");
  expect(kindName("constructor")).toBe("constructor");
});
