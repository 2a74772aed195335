/** Lays out the texts of the cards that wait, while the reader reads: the next card then appears at once. */

import { useEffect } from "react";

import type { Text } from "../../api/types";
import { prepareRichText } from "../../ui/Content";

const whenIdle: (work: () => void) => void = "requestIdleCallback" in globalThis ? (work) => requestIdleCallback(work) : (work) => setTimeout(work, 200);

async function prepareAll(texts: Text[], wanted: () => boolean): Promise<void> {
  for (const text of texts) {
    await new Promise<void>((resolve) => whenIdle(resolve));
    if (!wanted()) return;
    await prepareRichText(text);
  }
}

/** `waiting` names the cards; the texts are theirs, prompts included. */
export function usePrepared(waiting: string, texts: Text[]): void {
  useEffect(() => {
    let wanted = true;
    void prepareAll(texts, () => wanted);
    return () => {
      wanted = false;
    };
    // The texts belong to the cards, so a list made anew at every drawing is still the same texts.
  }, [waiting]);
}
