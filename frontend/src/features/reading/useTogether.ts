/** Boxes that scroll together: whichever is moved, the others follow, and a shorter text rests at its end. */

import { type RefObject, useCallback, useRef } from "react";

export function useTogether(container: RefObject<HTMLElement | null>, on: boolean): (moved: HTMLElement) => void {
  /** Boxes that were moved by this code: their own scroll event must not move the others back. */
  const driven = useRef(new Map<HTMLElement, number>());
  return useCallback(
    (moved: HTMLElement) => {
      const expected = driven.current.get(moved);
      driven.current.delete(moved);
      if (!on || (expected !== undefined && Math.abs(expected - moved.scrollTop) <= 1)) return;
      for (const box of container.current?.querySelectorAll<HTMLElement>(".pane-box") ?? []) {
        const target = Math.min(moved.scrollTop, box.scrollHeight - box.clientHeight);
        if (box === moved || Math.abs(box.scrollTop - target) <= 1) continue;
        driven.current.set(box, target);
        box.scrollTop = target;
      }
    },
    [container, on],
  );
}
