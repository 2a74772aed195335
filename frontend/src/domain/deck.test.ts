import { describe, expect, test } from "vitest";

import type { Card } from "../api/types";
import type { Said } from "./answers";
import * as d from "./deck";

const card = (assignment: number, lease_number = 1): Card => ({
  assignment,
  lease_number,
  leased_until: "2030-01-01T00:00:00Z",
  prompt: `prompt ${assignment}`,
  completions: [
    { text: "left", steps: null },
    { text: "right", steps: null },
  ],
  notes: {},
});

const hand = (...ids: number[]) => d.claimed(d.emptyDeck, ids.map((id) => card(id)));
const said = (choice: "first" | "tie"): Said => ({ answer: { preference: { choice, strength: null } }, skip: null, flagged: false });
const LEFT = said("first");
const TIE = said("tie");

describe("the hand", () => {
  test("an answer shows the next card at once", () => {
    const deck = d.answer(hand(1, 2), LEFT, "k1");
    expect(d.shown(deck)?.card.assignment).toBe(2);
    expect(deck.past[0]).toMatchObject({ assignment: 1, ...LEFT, status: "sending" });
  });

  test("behind a card waits the next, and behind an earlier answer the card that was left", () => {
    const deck = d.answer(hand(1, 2, 3), LEFT, "k1");
    expect(d.behind(deck)?.assignment).toBe(3);
    expect(d.behind(d.undo(deck))?.assignment).toBe(2);
    expect(d.behind(hand(1))).toBeNull();
    expect(d.behind(d.emptyDeck)).toBeNull();
  });

  test("it is filled up before the last card is shown", () => {
    expect(d.missing(d.emptyDeck)).toBe(d.HAND);
    expect(d.missing(hand(1, 2, 3, 4))).toBe(0);
    expect(d.missing(hand(1, 2, 3))).toBe(2);
  });

  test("a card dealt again keeps its place and takes the newer lease", () => {
    const deck = d.claimed(hand(1, 2), [card(2, 5), card(3)]);
    expect(deck.queue.map((one) => [one.assignment, one.lease_number])).toEqual([[1, 1], [2, 5], [3, 1]]);
  });

  test("a card answered here is not shown again by a claim that was already under way", () => {
    const deck = d.claimed(d.answer(hand(1, 2), LEFT, "k1"), [card(1), card(3)]);
    expect(deck.queue.map((one) => one.assignment)).toEqual([2, 3]);
  });

  test("a lost card leaves the hand and nothing else", () => {
    expect(d.dropped(hand(1, 2, 3), 2).queue.map((one) => one.assignment)).toEqual([1, 3]);
  });
});

describe("looking back", () => {
  const three = ["k1", "k2", "k3"].reduce((deck, key) => d.answer(deck, LEFT, key), hand(1, 2, 3, 4));

  test("undo goes one further back each time, and stops at the oldest", () => {
    const seen: (number | undefined)[] = [];
    let deck = three;
    for (let i = 0; i < 4; i += 1) {
      deck = d.undo(deck);
      seen.push(d.shown(deck)?.card.assignment);
    }
    expect(seen).toEqual([3, 2, 1, 1]);
    expect(d.shown(d.backToHand(deck))?.card.assignment).toBe(4);
  });

  test("a revision keeps its place in the history and shows the hand again", () => {
    const deck = d.revise(d.undo(d.undo(three)), TIE, "k2b");
    expect(deck.past.map((one) => [one.assignment, one.answer])).toEqual([[3, LEFT.answer], [2, TIE.answer], [1, LEFT.answer]]);
    expect(d.shown(deck)?.card.assignment).toBe(4);
  });

  test("only ten answers are kept", () => {
    let deck = hand(...Array.from({ length: 13 }, (_, i) => i + 1));
    for (let i = 0; i < 12; i += 1) deck = d.answer(deck, LEFT, `k${i}`);
    expect(deck.past).toHaveLength(d.HISTORY);
    expect(deck.past.at(-1)?.assignment).toBe(3);
  });

  test("a refused answer says so, and its card may come again", () => {
    const deck = d.refused(three, "k2");
    expect(deck.past[1]?.status).toBe("refused");
    expect(d.shown(d.undo(d.undo(deck)))?.card.assignment).toBe(1);
    expect(d.claimed(deck, [card(2, 2)]).queue.map((one) => one.assignment)).toEqual([4, 2]);
  });

  test("a refused revision leaves the earlier answer standing", () => {
    const saved = d.acknowledged(three, "k3", 30);
    const deck = d.refused(d.revise(d.undo(saved), TIE, "k3b"), "k3b");
    expect(deck.past[0]).toMatchObject({ key: "k3", ...LEFT, annotation: 30, status: "saved" });
  });

  test("an answer taken after its revision was given is remembered beneath it", () => {
    const deck = d.refused(d.acknowledged(d.revise(d.undo(three), TIE, "k3b"), "k3", 30), "k3b");
    expect(deck.past[0]).toMatchObject({ key: "k3", annotation: 30, status: "saved" });
  });

  test("when an answer and all its revisions are refused, it is refused, and its card may come again", () => {
    const revised = d.revise(d.undo(d.revise(d.undo(three), TIE, "k3b")), LEFT, "k3c");
    for (const keys of [["k3", "k3b", "k3c"], ["k3c", "k3b", "k3"]]) {
      const deck = keys.reduce(d.refused, revised);
      expect(deck.past[0]).toMatchObject({ key: "k3", status: "refused" });
      expect(d.claimed(deck, [card(3, 2)]).queue.map((one) => one.assignment)).toEqual([4, 3]);
    }
  });

  test("an answer beneath two revisions is remembered as taken, and stands when both are refused", () => {
    const revised = d.revise(d.undo(d.revise(d.undo(three), TIE, "k3b")), TIE, "k3c");
    const deck = ["k3c", "k3b"].reduce(d.refused, d.acknowledged(revised, "k3", 30));
    expect(deck.past[0]).toMatchObject({ key: "k3", ...LEFT, annotation: 30, status: "saved" });
  });

  test("a revision that is refused while it is looked at leaves the answer beneath it open", () => {
    const looking = d.undo(d.revise(d.undo(d.acknowledged(three, "k3", 30)), TIE, "k3b"));
    const deck = d.refused(looking, "k3b");
    expect(d.shown(deck)?.past).toMatchObject({ key: "k3", status: "saved" });
  });

  test("an answer that is refused while it is looked at shows the hand, whose card can be answered", () => {
    const deck = d.refused(d.undo(three), "k3");
    expect(d.answer(deck, LEFT, "k4").past[0]).toMatchObject({ key: "k4", assignment: 4 });
  });

  test("a card dealt again after a refusal stands in the history once", () => {
    const again = d.claimed(d.backToHand(d.refused(d.answer(hand(1), LEFT, "k1"), "k1")), [card(1, 2)]);
    expect(d.answer(again, TIE, "k1b").past.map((one) => one.key)).toEqual(["k1b"]);
  });

  test("only what was given, not skipped and not refused counts as an answer", () => {
    const skipped = d.revise(d.undo(three), { answer: null, skip: "other", flagged: false }, "k3b");
    const after = [three, d.refused(three, "k3"), skipped, d.refused(skipped, "k3b")].map((deck) => d.counts(deck, 3));
    expect(after).toEqual([true, false, false, true]);
    expect(d.counts(three, 4)).toBe(false);
  });

  test("what the server remembers comes behind what was said here", () => {
    const old = { annotation: 7, assignment: 99, ...TIE, skip: "" as const, comment: "", at: "", card: card(99) };
    const mine = { ...old, annotation: 8, assignment: 3 };
    expect(d.withHistory(three, [mine, old]).past.map((one) => one.assignment)).toEqual([3, 2, 1, 99]);
  });

  test("an earlier answer that is looked at stays open though the server remembers it by another number", () => {
    const old = { annotation: 7, assignment: 99, ...TIE, skip: "" as const, comment: "", at: "", card: card(99) };
    const looking = d.reopenSaved(d.withHistory(three, [old]), 7);
    expect(d.shown(d.withHistory(looking, [{ ...old, annotation: 8 }]))?.past).toMatchObject({ annotation: 8 });
    const gone = d.withHistory(looking, []);
    expect(d.answer(gone, LEFT, "k4").past[0]?.key).toBe("k4");
  });

  test("an answer that came back is not opened again once something else was said of its card", () => {
    const old = { annotation: 7, assignment: 99, ...TIE, skip: "" as const, comment: "", at: "", card: card(99) };
    const corrected = d.revise(d.reopenSaved(d.withHistory(three, [old]), 7), LEFT, "k99");
    expect(d.reopenSaved(d.withHistory(corrected, [old]), 7).reopened).toBeNull();
  });

  test("an answer the server remembers is no skip, and a skip is none of an answer", () => {
    const old = { annotation: 7, assignment: 99, comment: "", at: "", card: card(99) };
    const past = d.withHistory(d.emptyDeck, [
      { ...old, ...TIE, skip: "" },
      { ...old, assignment: 98, answer: null, skip: "broken", flagged: true },
    ]).past;
    expect(past.map(({ answer, skip, flagged }) => [answer, skip, flagged])).toEqual([
      [TIE.answer, null, false],
      [null, "broken", true],
    ]);
  });
});
