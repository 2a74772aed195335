import "fake-indexeddb/auto";

import { afterEach, expect, test, vi } from "vitest";

import { keptHere } from "./keptHere";

afterEach(() => vi.restoreAllMocks());

test("storage that fails once is asked again the next time", async () => {
  const open = vi.spyOn(indexedDB, "open").mockImplementationOnce(() => {
    throw new DOMException("busy", "UnknownError");
  });
  const table = keptHere<{ key: string }>("things", "once");
  await expect(table.put({ key: "a" })).rejects.toThrow("busy");
  await table.put({ key: "b" });
  expect(await table.all()).toEqual([{ key: "b" }]);
  expect(open).toHaveBeenCalledTimes(2);
});
