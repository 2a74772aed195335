/**
 * One tab judges a campaign at a time; another may wait for it, or take over.
 *
 * Built on the browser's lock manager, so a crashed tab frees its lock by itself. On plain-http origins there is no
 * lock manager: every tab then judges, and the server's lease numbers keep their answers apart.
 */

import { useCallback, useEffect, useRef, useState } from "react";

export type Place = "asking" | "mine" | "elsewhere";

/** A reloaded page may ask a moment before its former self has let go. */
const PATIENCE_MS = 400;

export function useTabLock(name: string): { place: Place; takeOver: () => void } {
  const [place, setPlace] = useState<Place>("asking");
  const leave = useRef<() => void>(() => undefined);

  const enter = useCallback(
    (steal: boolean) => {
      leave.current();
      if (!("locks" in navigator)) {
        setPlace("mine");
        return;
      }
      const waiting = new AbortController();
      let release: () => void = () => undefined;
      let left = false;
      const patience = setTimeout(() => setPlace("elsewhere"), PATIENCE_MS);
      leave.current = () => {
        left = true;
        clearTimeout(patience);
        waiting.abort();
        release();
      };
      const held = () => {
        clearTimeout(patience);
        if (left) return undefined;
        setPlace("mine");
        return new Promise<void>((resolve) => (release = resolve));
      };
      const options = steal ? { steal: true } : { signal: waiting.signal };
      navigator.locks.request(name, options, held).catch(() => {
        // Stolen by another tab: stand in line again, so that closing that tab brings this one back.
        if (!left) {
          setPlace("elsewhere");
          enter(false);
        }
      });
    },
    [name],
  );

  useEffect(() => {
    setPlace("asking");
    enter(false);
    return () => leave.current();
  }, [enter]);

  const takeOver = useCallback(() => enter(true), [enter]);
  return { place, takeOver };
}
