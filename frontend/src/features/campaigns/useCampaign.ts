/** The campaign a page is about, read once for all pages that ask for it, and read again after somebody changed it. */

import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../../api/client";

/** Counts may be this old when somebody goes from page to page. */
const RECENT_MS = 10_000;

export function useCampaign(slug: string) {
  return useQuery({ queryKey: ["my-campaign", slug], queryFn: () => api.myCampaign(slug), staleTime: RECENT_MS });
}

/** Keys name the campaign they are about in second place; the lists name none. */
export function readAgain(client: QueryClient, slug: string): Promise<void> {
  const lists = ["campaigns", "my-campaigns"];
  return client.invalidateQueries({ predicate: ({ queryKey: [what, about] }) => about === slug || (about === undefined && lists.includes(String(what))) });
}

export function useReadAgain(slug: string): () => Promise<void> {
  const client = useQueryClient();
  return () => readAgain(client, slug);
}
