/** Hears what a mouse or a finger selects in a text, also where the drag ends outside of it. */

import { type RefObject, useEffect, useRef } from "react";
import { flushSync } from "react-dom";

import type { Range } from "../../../domain/kinds/spans";
import { type Pointed, pointed, select } from "./pointed";

/** A finger selects by a long press and then moves the ends; nothing says when it is done. */
const FINGER_RESTS_MS = 350;

/** The text in which a selection began, of several on a card. */
function beganIn(node: Node | null): Element | null {
  const element = node instanceof Element ? node : (node?.parentElement ?? null);
  return element?.closest(".span-text") ?? null;
}

export function usePointed(box: RefObject<HTMLElement | null>, onPointed: (found: Pointed) => void): void {
  const tell = useRef(onPointed);
  tell.current = onPointed;
  useEffect(() => {
    let [byFinger, began] = [false, false];
    let last: Range | null = null;
    let resting: ReturnType<typeof setTimeout> | undefined;
    const isHere = (node: EventTarget | null) => node instanceof Node && box.current?.contains(node) === true;
    const look = (chosen: Selection | null) => {
      const from = beganIn(chosen?.anchorNode ?? null);
      return box.current && (from === null || from === box.current) ? pointed(box.current) : null;
    };
    const down = (event: PointerEvent) => {
      byFinger = event.pointerType === "touch";
      began = isHere(event.target);
      last = null;
    };
    const up = (event: MouseEvent) => {
      if (!began && !isHere(event.target)) return;
      began = false;
      const found = look(window.getSelection());
      if (!found) return;
      tell.current(found);
      // What is picked shows itself; a finger's own selection keeps its ends to move.
      if (found.range && !byFinger) window.getSelection()?.removeAllRanges();
    };
    const changed = () => {
      clearTimeout(resting);
      if (!byFinger) return;
      resting = setTimeout(() => {
        const found = look(window.getSelection());
        if (!found?.range || (found.range.start === last?.start && found.range.end === last.end)) return;
        last = found.range;
        // Drawn anew, the text has lost its selection, whose ends the finger may want to move on: not before it is drawn.
        flushSync(() => tell.current(found));
        if (box.current) select(box.current, last);
      }, FINGER_RESTS_MS);
    };
    document.addEventListener("pointerdown", down, true);
    document.addEventListener("mouseup", up);
    document.addEventListener("selectionchange", changed);
    return () => {
      clearTimeout(resting);
      document.removeEventListener("pointerdown", down, true);
      document.removeEventListener("mouseup", up);
      document.removeEventListener("selectionchange", changed);
    };
  }, [box]);
}
