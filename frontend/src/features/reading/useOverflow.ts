/** Whether any box inside hides some of its text, so that "show more" is offered for all of them or for none. */

import { type RefObject, useLayoutEffect, useState } from "react";

export function useOverflow(container: RefObject<HTMLElement | null>, selector: string, deps: unknown[]): boolean {
  const [overflows, setOverflows] = useState(false);
  useLayoutEffect(() => {
    const boxes = [...(container.current?.querySelectorAll<HTMLElement>(selector) ?? [])];
    const check = () => setOverflows(boxes.some((box) => box.scrollHeight > box.clientHeight + 2));
    const observer = new ResizeObserver(check);
    for (const box of boxes) {
      observer.observe(box);
      for (const child of box.children) observer.observe(child);
    }
    check();
    return () => observer.disconnect();
    // The container is a ref and never changes; deps say when what is in it does.
  }, deps);
  return overflows;
}
