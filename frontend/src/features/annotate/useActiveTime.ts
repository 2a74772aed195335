/** Measures active time per card shown; looking at an old answer in between pauses the new card's time. What an earlier
 * page measured of a half-said card is where its time goes on; while no page was open, none passed. */

import { useCallback, useEffect, useRef } from "react";

import { ActiveTime } from "../../domain/activeTime";

const SIGNS = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"] as const;

function attentive(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

export function useActiveTime(showing: string | null, covered: boolean, left: number, onSign: () => void): () => number {
  const timer = useRef<ActiveTime | null>(null);
  const earlier = useRef(new Map<string, number>());

  useEffect(() => {
    if (showing === null) return;
    const spent = earlier.current;
    if (!spent.has(showing)) spent.set(showing, left);
    if (covered) return;
    const mine = new ActiveTime(performance.now(), attentive());
    timer.current = mine;
    const sign = () => {
      mine.sign(performance.now());
      onSign();
    };
    const attention = () => mine.attention(performance.now(), attentive());
    SIGNS.forEach((name) => window.addEventListener(name, sign, { passive: true, capture: true }));
    document.addEventListener("visibilitychange", attention);
    window.addEventListener("focus", attention);
    window.addEventListener("blur", attention);
    return () => {
      SIGNS.forEach((name) => window.removeEventListener(name, sign, { capture: true }));
      document.removeEventListener("visibilitychange", attention);
      window.removeEventListener("focus", attention);
      window.removeEventListener("blur", attention);
      timer.current = null;
      spent.set(showing, (spent.get(showing) ?? 0) + mine.elapsed(performance.now()));
      if (spent.size > 40) spent.delete([...spent.keys()][0] ?? "");
    };
  }, [showing, covered, left, onSign]);

  return useCallback(() => {
    const before = showing === null ? 0 : (earlier.current.get(showing) ?? 0);
    return before + (timer.current?.elapsed(performance.now()) ?? 0);
  }, [showing]);
}
