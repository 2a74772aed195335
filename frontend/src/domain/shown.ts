/** What the form may know of a card: its completions as the server counts them. */

import type { Text } from "../api/types";
import type { Shown } from "./kinds/kind";

/** The server joins the turns of a conversation like this; offsets of spans and corrections count on it. */
const BETWEEN_TURNS = "\n\n";

function plainText(text: Text): string {
  return typeof text === "string" ? text : text.map((turn) => turn.content).join(BETWEEN_TURNS);
}

export function shownOf(completions: readonly { text: Text; steps: readonly string[] | null }[]): Shown {
  return {
    texts: completions.map((one) => plainText(one.text)),
    steps: completions.map((one) => one.steps ?? []),
  };
}
