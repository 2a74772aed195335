/**
 * Whether the server tells this page of changes, or the page has to ask.
 *
 * The server has room for few such lines, so being refused is normal: then the page asks every few seconds, and tries
 * for a line again after a while. What changed is read by the same requests either way.
 */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { desk } from "../../api/desk";

const TRY_AGAIN = 60_000;
/** How often the page asks: without a line, and with one (for what no line tells, like cards in hand). */
export const ASK_EVERY = 2_000;
export const ASK_LIVE = 30_000;

/** Which requests a part of the desk is read by. */
const READS: Record<string, readonly string[]> = {
  campaign: ["dashboard", "budget", "my-campaign"],
  answers: ["dashboard", "budget", "answers", "quality", "my-campaign"],
  reviews: ["dashboard", "answers", "quality", "my-campaign"],
  jobs: ["dashboard", "label-sets"],
  versions: ["dashboard"],
  checks: ["dashboard"],
};

export function useLive(slug: string): boolean {
  const client = useQueryClient();
  const [live, setLive] = useState(false);
  useEffect(() => {
    let line: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = (parts: string[]) => {
      for (const key of new Set(parts.flatMap((part) => READS[part] ?? []))) void client.invalidateQueries({ queryKey: [key, slug] });
    };
    const open = () => {
      line = new EventSource(desk.liveUrl(slug));
      // Whatever happened between two lines is read now.
      line.addEventListener("began", () => {
        setLive(true);
        read(Object.keys(READS));
      });
      line.addEventListener("changed", (event: MessageEvent<string>) => read((JSON.parse(event.data) as { parts: string[] }).parts));
      line.addEventListener("error", () => {
        setLive(false);
        // Refused for good; otherwise the browser tries again by itself.
        if (line?.readyState === EventSource.CLOSED) timer = setTimeout(open, TRY_AGAIN);
      });
    };
    const visible = () => {
      clearTimeout(timer);
      line?.close();
      setLive(false);
      // A page nobody looks at leaves its place to one that somebody does.
      if (!document.hidden) open();
    };
    visible();
    document.addEventListener("visibilitychange", visible);
    return () => {
      document.removeEventListener("visibilitychange", visible);
      clearTimeout(timer);
      line?.close();
    };
  }, [client, slug]);
  return live;
}
