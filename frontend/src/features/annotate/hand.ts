/** What a hand on the keys needs of any page that asks a form: a key that shows, a card that settles, texts that scroll. */

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import { type Form, titleOfQuestion } from "../../domain/form";
import { t } from "../../i18n";
import type { Command } from "../../keyboard";

/** A key pressed for the last card must not judge the next one. */
const SETTLE_MS = 150;
const FLASH_MS = 220;
const LINE_PX = 72;

export function useFlash(): [string | null, (command: Command) => void] {
  const [flash, setFlash] = useState<string | null>(null);
  useEffect(() => {
    if (!flash) return;
    const id = setTimeout(() => setFlash(null), FLASH_MS);
    return () => clearTimeout(id);
  }, [flash]);
  return [flash, useCallback((command: Command) => setFlash(JSON.stringify(command)), [])];
}

/** Whether the card has been on screen long enough to be judged. */
export function useSettled(key: string | null): () => boolean {
  const since = useRef(Infinity);
  useLayoutEffect(() => {
    since.current = Infinity;
    const frame = requestAnimationFrame(() => (since.current = performance.now()));
    return () => cancelAnimationFrame(frame);
  }, [key]);
  return useCallback(() => performance.now() - since.current >= SETTLE_MS, []);
}

export function scrollCard(panes: HTMLElement | null, by: "line" | "page", direction: 1 | -1): void {
  const boxes = [...(panes?.querySelectorAll<HTMLElement>(".pane-box") ?? [])];
  const scrollable = boxes.filter((box) => box.scrollHeight > box.clientHeight + 2);
  const targets = scrollable.length > 0 ? scrollable : [document.querySelector<HTMLElement>("main")];
  for (const box of targets) box?.scrollBy({ top: direction * (by === "line" ? LINE_PX : box.clientHeight * 0.85) });
}

/** An indication that something is still asked, in words. */
export function missing(question: Form[number]): string {
  return t("Still open: {{question}}", { question: titleOfQuestion(question) });
}
