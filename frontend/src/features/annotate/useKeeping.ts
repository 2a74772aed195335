/** Keeps what is said of a card when it changes; and how long it took every few seconds, and when the page is left. */

import { useEffect, useRef } from "react";

const EVERY_MS = 5_000;

/** `keep` is another function whenever there is something else to keep. */
export function useKeeping(keep: () => void, activeMs: () => number): void {
  const latest = useRef({ keep, activeMs });
  latest.current = { keep, activeMs };
  useEffect(keep, [keep]);
  useEffect(() => {
    let kept = 0;
    const again = () => {
      const spent = latest.current.activeMs();
      if (spent === kept) return;
      kept = spent;
      latest.current.keep();
    };
    const timer = setInterval(again, EVERY_MS);
    window.addEventListener("pagehide", again);
    document.addEventListener("visibilitychange", again);
    return () => {
      clearInterval(timer);
      window.removeEventListener("pagehide", again);
      document.removeEventListener("visibilitychange", again);
    };
  }, []);
}
