import { expect, test } from "vitest";

import { addressOf, askedOf, changes, kindName, withDays } from "./audit";

test("a change is told field by field, without what stayed the same", () => {
  expect(changes({ role: "annotator", active: true }, { role: "manager", active: true })).toEqual([
    { field: "role", was: "annotator", is: "manager" },
  ]);
});

test("what begins has no before, what ends no after, and lists are written out", () => {
  expect(changes(null, { scopes: ["annotate"], note: "" })).toEqual([{ field: "scopes", was: null, is: "annotate" }]);
  expect(changes(null, { runs: ["a", "b"], pair: [1, 2] })).toEqual([
    { field: "runs", was: null, is: "a, b" },
    { field: "pair", was: null, is: "[1,2]" },
  ]);
  expect(changes({ uses: 0 }, null)).toEqual([{ field: "uses", was: "0", is: null }]);
  expect(changes(null, null)).toEqual([]);
});

test("a moment is told as one, and what only looks like one is left alone", () => {
  expect(changes(null, { expires_at: "2027-02-19T12:00:27.568037+00:00" })[0]?.is).toMatch(/^19 Feb 2027/);
  expect(changes(null, { note: "2027-02-19T12:00 or later" })[0]?.is).toBe("2027-02-19T12:00 or later");
});

test("a kind this page does not know stays as it is", () => {
  expect(kindName("campaign.opened")).toBe("opened the campaign");
  expect(kindName("constructor")).toBe("constructor");
});

test("days are the reader's own, and the last one counts whole", () => {
  const midnight = (year: number, month: number, day: number) => new Date(year, month - 1, day).toISOString();
  expect(withDays({ actor: "olga", from: "2026-02-28", to: "2026-02-28" })).toEqual({
    actor: "olga",
    since: midnight(2026, 2, 28),
    until: midnight(2026, 3, 1),
  });
  expect(withDays({ kind: "campaign.opened" })).toEqual({ kind: "campaign.opened" });
  expect(withDays({ from: "soon" })).toEqual({});
});

test("an address says what of the log is looked for, and nothing that is empty", () => {
  const asked = askedOf(new URLSearchParams("campaign=helpful&actor=%20olga%20&about=&colour=red"));
  expect(asked).toEqual({ campaign: "helpful", actor: "olga" });
  expect(addressOf({ ...asked, kind: "", from: "2026-02-28" }).toString()).toBe("actor=olga&campaign=helpful&from=2026-02-28");
});

test("settings inside settings are read by their path, and only those that changed", () => {
  const [was, is] = [{ config: { overlap: 1, strata: { by: "run" } } }, { config: { overlap: 2, strata: { by: "run" } } }];
  expect(changes(was, is)).toEqual([{ field: "config.overlap", was: "1", is: "2" }]);
  expect(changes(null, is).map(({ field }) => field)).toEqual(["config.overlap", "config.strata.by"]);
});
