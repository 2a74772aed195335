import { describe, expect, test } from "vitest";

import { freshForm } from "./newCampaign";
import { freshQuestion } from "./newForm";
import { forgetForm, keepForm, keptForm, placeOf } from "./newKept";

function store(broken = false) {
  const held = new Map<string, string>();
  const guarded = <T>(act: () => T): T => {
    if (broken) throw new Error("QuotaExceededError");
    return act();
  };
  return {
    getItem: (key: string) => guarded(() => held.get(key) ?? null),
    setItem: (key: string, value: string) => guarded(() => void held.set(key, value)),
    removeItem: (key: string) => guarded(() => void held.delete(key)),
  };
}

const typed = { ...freshForm, name: "Half a na", asked: [freshQuestion("rating")], rest: { training: { epochs: 2 } } };

describe("what was typed into the form", () => {
  test("is there again, until it is forgotten", () => {
    const here = store();
    keepForm(here, placeOf("olga", ""), typed);
    expect(keptForm(here, placeOf("olga", ""))).toMatchObject({ ...typed, asked: [{ kind: "rating", parts: "helpful\nhonest" }] });
    forgetForm(here, placeOf("olga", ""));
    expect(keptForm(here, placeOf("olga", ""))).toBeNull();
  });

  test("is neither another person's nor another copy's", () => {
    const here = store();
    keepForm(here, placeOf("olga", ""), typed);
    expect([keptForm(here, placeOf("ada", "")), keptForm(here, placeOf("olga", "helpful"))]).toEqual([null, null]);
  });

  test("never gives a question the number of a newer one", () => {
    const here = store();
    keepForm(here, "x", typed);
    const ids = [keptForm(here, "x")?.asked[0]?.id, freshQuestion("pair").id];
    expect(new Set(ids).size).toBe(2);
  });

  test.each(["", "null", "7", "{", '{"name":"only"}', JSON.stringify({ ...typed, runs: [1] }), JSON.stringify({ ...typed, asked: [{ kind: "bogus" }] })])(
    "is left alone where it is none of this version's: %s",
    (text) => {
      const here = store();
      here.setItem("x", text);
      expect(keptForm(here, "x")).toBeNull();
    },
  );

  test("lasts as long as the page where nothing can be stored", () => {
    const here = store(true);
    keepForm(here, "x", typed);
    forgetForm(here, "x");
    expect(keptForm(here, "x")).toBeNull();
  });
});
