/** Prompts and completions are plain text or a list of chat turns; these read both the same way. */

import type { Message, Text } from "../api/types";
import { type Part, turnsOf } from "./reading/turns";

export function turns(text: Text): Message[] {
  return typeof text === "string" ? [{ role: "", content: text }] : text;
}

export function plain(text: Text): string {
  return turns(text)
    .map((turn) => turn.content)
    .join("\n");
}

/** What a prompt is about: of a conversation, the last thing the person said. */
export function asked(prompt: Text): Text {
  if (typeof prompt === "string") return prompt;
  return prompt.findLast((turn) => turn.role === "user")?.content ?? prompt;
}

/** The start of a text on one line, without code fences, cut between words where possible. */
export function summary(text: Text, length = 160): string {
  const line = plain(text).replace(/```\w*/g, " ").replace(/\s+/g, " ").trim();
  if (line.length <= length) return line;
  const cut = line.slice(0, length);
  const space = cut.lastIndexOf(" ");
  return `${space > length * 0.5 ? cut.slice(0, space) : cut}…`;
}

/** What became of reasoning in a line about a completion; shown it is where nothing else is. */
export type Reasoning = "none" | "left_out" | "shown";

/** How the answer of a completion begins. */
export function beginning(completion: Text, length?: number): { line: string; reasoning: Reasoning } {
  const parts = turnsOf(completion).flatMap((turn) => turn.parts);
  const words = (kind: Part["kind"]) => parts.flatMap((part) => (part.kind === kind ? [part.text] : [])).join("\n").trim();
  const [answer, thought] = [words("text"), words("reasoning")];
  if (!thought) return { line: summary(answer, length), reasoning: "none" };
  return answer ? { line: summary(answer, length), reasoning: "left_out" } : { line: summary(thought, length), reasoning: "shown" };
}

export function roleName(role: string): string {
  return role ? role.charAt(0).toUpperCase() + role.slice(1) : "";
}
