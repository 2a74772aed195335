import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";

import { readAgain } from "./useCampaign";

test("after a change, whatever any page has read of the campaign is read again, and nothing of others", async () => {
  const client = new QueryClient();
  const keys = [["dashboard", "c"], ["my-campaign", "c"], ["answers", "c", { state: "unread" }], ["campaigns"], ["my-campaigns"], ["my-campaign", "d"], ["runs"], ["session"]];
  for (const key of keys) client.setQueryData(key, {});
  await readAgain(client, "c");
  expect(keys.filter((key) => !client.getQueryState(key)?.isInvalidated)).toEqual([["my-campaign", "d"], ["runs"], ["session"]]);
});
