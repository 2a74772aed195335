/** Prompts and completions are plain text or a list of chat turns; these read both the same way. */

import type { Message, Text } from "../api/types";

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

export function roleName(role: string): string {
  return role ? role.charAt(0).toUpperCase() + role.slice(1) : "";
}
