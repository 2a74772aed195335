import { describe, expect, it } from "vitest";

import type { Card } from "../api/types";
import { type Begun, asTheyLay, isOf, leftOf, saysSomething, takenUp } from "./begun";
import * as forms from "./form";
import type { Form } from "./form";
import { whatWasBegun } from "./leaving";
import { shownOf } from "./shown";

const form: Form = [{ kind: "critique", name: "why" }];
const card = (assignment: number, lease_number = 1): Card => ({
  assignment,
  lease_number,
  leased_until: "2026-01-01T00:00:00Z",
  prompt: "Why?",
  completions: [{ text: "Because.", steps: null }],
  notes: {},
});
const shown = shownOf(card(1).completions);
const written = forms.change(form, shown, forms.begin(form, shown), { do: "write", text: "Half a" }).filled;
const begun = (part: Partial<Begun> = {}): Begun => ({
  key: "1/asked",
  user: 1,
  campaign: "asked",
  assignment: 1,
  lease_number: 1,
  filled: written,
  flagged: false,
  note: "",
  ...part,
});

describe("what was begun", () => {
  it("is taken up as it was left", () => {
    expect(takenUp(form, shown, begun())).toEqual(written);
  });

  it("belongs to one lease of one card: under another the completions may lie in another order", () => {
    expect(isOf(begun(), card(1))).toBe(true);
    expect(isOf(begun(), card(1, 2))).toBe(false);
    expect(isOf(begun(), card(2))).toBe(false);
    expect(isOf(null, card(1))).toBe(false);
  });

  it("comes first again among the cards that are dealt", () => {
    const order = asTheyLay(begun({ assignment: 3 }), [card(1), card(2), card(3)]).map((one) => one.assignment);
    expect(order).toEqual([3, 1, 2]);
  });

  it("is left where another version of the product kept it in another shape", () => {
    const strange = { at: 0, drafts: [{ at: 0, words: ["Half a"] }] } as unknown as forms.Filled;
    expect(takenUp(form, shown, begun({ filled: strange }))).toBeNull();
  });

  it("says something when a word, a note or a flag is there", () => {
    const blank = forms.begin(form, shown);
    expect(saysSomething(form, begun())).toBe(true);
    expect(saysSomething(form, begun({ filled: blank }))).toBe(false);
    expect(saysSomething(form, begun({ filled: blank, note: "see" }))).toBe(true);
    expect(saysSomething(form, begun({ filled: blank, flagged: true }))).toBe(true);
  });
});

describe("what was left of a card", () => {
  const answer = begun({ key: "1/asked/answer" });
  const correction = begun({ key: "1/asked/correction" });

  it("is an answer until there is one, and its correction after that", () => {
    expect(leftOf([answer, correction], { card: card(1), past: null })).toBe(answer);
    expect(leftOf([answer, correction], { card: card(1), past: {} })).toBe(correction);
    expect(leftOf([answer], { card: card(1), past: {} })).toBeNull();
  });

  it("is told by what it would have become", () => {
    const told = ["answer", "correction", "known", "dispute 7"].map((making) => whatWasBegun(begun({ key: `1/asked/${making}` })));
    expect(told).toEqual(["asked: an answer", "asked: a correction of an earlier answer", "asked: a known answer", "asked: the decision of a dispute"]);
  });
});
