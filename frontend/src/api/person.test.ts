/** Whose page it is, when answers come late. */

import { afterEach, expect, test, vi } from "vitest";

import { value } from "./client";
import { ANOTHER, isPageOf, onSomebodyElse } from "./person";

vi.stubGlobal("window", { addEventListener: () => undefined, removeEventListener: () => undefined });

const heard = vi.fn();
const refused = () => Promise.resolve({ error: { code: ANOTHER, message: "Somebody else." }, response: new Response(null, { status: 401 }) });

afterEach(() => {
  heard.mockReset();
  isPageOf(null);
});

test("what is refused because somebody else is signed in ends the page", async () => {
  isPageOf(1);
  const forget = onSomebodyElse(heard);
  await expect(value(refused())).rejects.toThrow("Somebody else.");
  expect(heard).toHaveBeenCalledOnce();
  forget();
});

test("a refusal of what was asked before ends nothing for who has signed in again since", async () => {
  isPageOf(1);
  const late = value(refused());
  isPageOf(null);
  isPageOf(1);
  const forget = onSomebodyElse(heard);
  await expect(late).rejects.toThrow("Somebody else.");
  expect(heard).not.toHaveBeenCalled();
  forget();
});
