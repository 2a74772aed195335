/** What the server's answer, and what is none of its, makes of an answer that is on its way. */

import "fake-indexeddb/auto";

import { afterEach, expect, test, vi } from "vitest";

import { ApiError, api, value } from "./client";
import { outboxOf } from "./outbox";

vi.stubGlobal("window", { addEventListener: () => undefined });

afterEach(() => vi.restoreAllMocks());

let people = 0;

/** How the outbox stands after one answer was met with this. */
async function metWith(error: unknown): Promise<{ unsent: number; waiting: string }> {
  vi.spyOn(api, "answer").mockRejectedValue(error);
  people += 1;
  const outbox = outboxOf(people);
  const body = { answer: null, skip: "other" as const, flagged: false, idempotency_key: "k" };
  outbox.add({ key: `k${people}`, user: people, campaign: "c", assignment: 1, lease_number: 1, revises: null, body, at: 0 });
  await vi.waitFor(() => expect(api.answer).toHaveBeenCalled());
  await new Promise((resolve) => setTimeout(resolve));
  const found = { unsent: outbox.unsent().length, waiting: outbox.waiting };
  outbox.stop();
  return found;
}

const said = (status: number, error: unknown) => value(Promise.resolve({ error, response: new Response(null, { status }) })).catch((found: unknown) => found);

test("what the server refuses in its own words is over", async () => {
  expect(await metWith(await said(409, { code: "lease_lost", message: "gone" }))).toEqual({ unsent: 0, waiting: "no" });
});

test("a page of something else on the way, such as a proxy's, loses no answer", async () => {
  for (const status of [400, 403, 404, 413]) {
    expect(await metWith(await said(status, "<html>Not found</html>"))).toEqual({ unsent: 1, waiting: "unreachable" });
  }
});

test("an answer waits for a server that rests, and for its author to sign in again", async () => {
  expect(await metWith(new ApiError(0, "unreachable", ""))).toEqual({ unsent: 1, waiting: "unreachable" });
  expect(await metWith(await said(503, undefined))).toEqual({ unsent: 1, waiting: "unreachable" });
  expect(await metWith(await said(401, { code: "not_authenticated", message: "" }))).toEqual({ unsent: 1, waiting: "signed_out" });
});
