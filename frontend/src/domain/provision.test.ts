import { describe, expect, it } from "vitest";

import { HAND } from "./deck";
import { MOST_AHEAD, Provision } from "./provision";

const MINUTE = 60_000;

function paced({ pace, lease = 10 * MINUTE, took = 100 }: { pace: number; lease?: number; took?: number }): Provision {
  const provision = new Provision();
  provision.dealt(0, took, lease);
  provision.answered(pace);
  return provision;
}

describe("how many cards are held", () => {
  it("is few while the network is there", () => {
    expect(paced({ pace: 5_000 }).hand(0)).toBe(HAND);
  });

  it("is more for ten minutes after the network failed", () => {
    const provision = paced({ pace: 5_000 });
    provision.failed(0);
    expect(provision.hand(1)).toBe(MOST_AHEAD);
    expect(provision.hand(11 * MINUTE)).toBe(HAND);
  });

  it("is more where cards take long to come", () => {
    expect(paced({ pace: 5_000, took: 4_000 }).hand(1)).toBe(MOST_AHEAD);
  });

  it("is never more than can be answered while they are leased", () => {
    const slow = paced({ pace: 45_000 });
    slow.failed(0);
    expect(slow.hand(1)).toBe(6);
    const slower = paced({ pace: 3 * MINUTE });
    slower.failed(0);
    expect(slower.hand(1)).toBe(HAND);
  });

  it("is few until it is known how long a card takes", () => {
    const provision = new Provision();
    provision.failed(0);
    expect(provision.hand(1)).toBe(HAND);
  });
});
