/**
 * The focus stays where the hand was, when what had it goes away by its own doing: a row that is dealt with, a button
 * that gives way to another, one that cannot be pressed while its request is on its way.
 *
 * It goes back to the same button as soon as that can be pressed; else to what stands in its place in the same row, once
 * that can be pressed (the neighbour would take an Enter that was meant for the button); else to the button of that name
 * in the row that moved up; else to the page, and never to the top of the document.
 */

import { type RefObject, useEffect } from "react";

const ROW = ["li", "tr", "article", "section", "form", ".actions"].join();
const LISTED = ["li", "tr", "article"].join();
const PLACES = ["a[href]", "button", "input", "select", "textarea", "summary"].join();
const REACHED = `:is(${PLACES}):not(:disabled)`;

interface Last {
  element: HTMLElement;
  /** The rows it stood in, innermost first, and which of the places there it was. */
  rows: { row: Element; nth: number }[];
  /** Which of the elements with its words it was. */
  nth: number;
  /** What had the focus before the dialog that it stands in. */
  opener: Last | null;
}

function places(row: Element): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>(PLACES)];
}

function ready(element: HTMLElement): HTMLElement | null {
  return element.matches(REACHED) ? element : null;
}

function alike(page: Element, { tagName, textContent }: Element): HTMLElement[] {
  return [...page.querySelectorAll<HTMLElement>(tagName)].filter((one) => one.textContent === textContent);
}

function placed(page: Element, element: HTMLElement, before: Last | null): Last {
  const rows: Last["rows"] = [];
  for (let row = element.closest(ROW); row && page.contains(row); row = row.parentElement?.closest(ROW) ?? null) {
    rows.push({ row, nth: places(row).indexOf(element) });
  }
  const dialog = element.closest("dialog");
  const opener = dialog === null ? null : before?.element.closest("dialog") === dialog ? before.opener : before;
  return { element, rows, nth: alike(page, element).indexOf(element), opener };
}

function goOn(page: HTMLElement, last: Last): HTMLElement | null {
  const { element, rows, nth, opener } = last;
  if (element.isConnected) return ready(element);
  if (opener) return goOn(page, opener);
  for (const one of rows) {
    const left = one.row.isConnected ? places(one.row) : [];
    const inPlace = left[Math.min(one.nth, left.length - 1)];
    if (inPlace) return ready(inPlace);
    // The row of a list that is still there is not the place of a row that went.
    if (one.row.matches(LISTED)) break;
  }
  const others = alike(page, element).filter((one) => one.matches(REACHED));
  return others[Math.min(nth, others.length - 1)] ?? page;
}

export function useKeptFocus(main: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const page = main.current;
    if (!page) return;
    let last: Last | null = null;
    const came = ({ target }: FocusEvent) => {
      if (target instanceof HTMLElement && target !== page) last = placed(page, target, last);
    };
    // Whoever clicks beside everything, or leaves the page for another, has let go of it.
    const letGo = (event: FocusEvent) => {
      if (event.relatedTarget instanceof Element && !page.contains(event.relatedTarget)) last = null;
    };
    const pressed = ({ target }: PointerEvent) => {
      if (target instanceof Element && !target.closest(REACHED)) last = null;
    };
    const look = () => {
      if (!last || (document.activeElement && document.activeElement !== document.body)) return;
      const next = goOn(page, last);
      next?.focus({ preventScroll: next === page });
    };
    const observer = new MutationObserver(look);
    observer.observe(page, { subtree: true, childList: true, attributes: true, attributeFilter: ["disabled"] });
    page.addEventListener("focusin", came);
    page.addEventListener("focusout", letGo);
    document.addEventListener("pointerdown", pressed);
    return () => {
      observer.disconnect();
      page.removeEventListener("focusin", came);
      page.removeEventListener("focusout", letGo);
      document.removeEventListener("pointerdown", pressed);
    };
  }, [main]);
}
