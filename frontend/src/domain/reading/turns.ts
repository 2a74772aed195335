/**
 * A prompt or completion as turns of text and reasoning, whatever shape the model's words came in.
 *
 * Reasoning is what stands between thinking tags, or under a `reasoning` key of a message. A template often writes the
 * opening tag itself, so a text may begin in the middle of a thought; a model cut off by its limit never closes one.
 */

export interface Part {
  kind: "text" | "reasoning";
  text: string;
  /** A thought that was begun and never closed. */
  unfinished?: boolean;
}

export interface Turn {
  role: string;
  parts: Part[];
}

const NAMES = "think|thinking|thought|thoughts|reasoning|analysis|scratchpad";
const OPENING = new RegExp(String.raw`^[ \t]*<(${NAMES})>`, "im");
const CLOSING = new RegExp(String.raw`(?<!\`)</(${NAMES})>(?!\`)`, "i");
/** A text that goes back and forth more often than this is no reasoning but a text about tags. */
const MOST_PARTS = 40;
const REASONING_KEYS = ["reasoning", "reasoning_content", "thinking", "thought"];
const FENCE = /^ {0,3}(`{3,}|~{3,})/gm;

function insideFence(text: string, at: number): boolean {
  let fences = 0;
  for (const match of text.matchAll(FENCE)) {
    if (match.index >= at) break;
    fences += 1;
  }
  return fences % 2 === 1;
}

function part(kind: Part["kind"], text: string): Part[] {
  return text.trim() === "" ? [] : [{ kind, text: text.replace(/^\s*\n|\s+$/g, "") }];
}

function thought(text: string): Part[] {
  return part("reasoning", text);
}

/** The text in order, cut at thinking tags. What is left when no tag is found is one text, unchanged. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let rest = text;
  for (let first = true; parts.length < MOST_PARTS; first = false) {
    const opening = OPENING.exec(rest);
    const closing = CLOSING.exec(rest);
    if (first && closing && (!opening || closing.index < opening.index) && !insideFence(rest, closing.index)) {
      parts.push(...thought(rest.slice(0, closing.index)));
      rest = rest.slice(closing.index + closing[0].length);
      continue;
    }
    if (!opening || insideFence(rest, opening.index)) break;
    parts.push(...part("text", rest.slice(0, opening.index)));
    const inner = rest.slice(opening.index + opening[0].length);
    const end = CLOSING.exec(inner);
    if (!end) return [...parts, ...thought(inner).map((one) => ({ ...one, unfinished: true }))];
    parts.push(...thought(inner.slice(0, end.index)));
    rest = inner.slice(end.index + end[0].length);
  }
  if (rest.length === text.length) return [{ kind: "text", text }];
  return [...parts, ...part("text", rest)];
}

function own(message: object, key: string): unknown {
  return Object.hasOwn(message, key) ? (message as Record<string, unknown>)[key] : undefined;
}

/** Content is a string; some recorders write a list of typed pieces instead. Anything else is shown as JSON. */
function contentParts(content: unknown): Part[] {
  if (typeof content === "string") return partsOf(content);
  if (content == null) return [];
  if (!Array.isArray(content)) return [{ kind: "text", text: JSON.stringify(content) ?? "" }];
  return content.flatMap((piece: unknown): Part[] => {
    if (typeof piece === "string") return partsOf(piece);
    if (typeof piece !== "object" || piece === null) return [];
    const type = String(own(piece, "type") ?? "");
    const keys = ["text", "content", ...REASONING_KEYS];
    const text = keys.map((key) => own(piece, key)).find((value) => typeof value === "string") as string | undefined;
    if (text === undefined) return [{ kind: "text", text: JSON.stringify(piece) ?? "" }];
    return REASONING_KEYS.some((key) => type.startsWith(key)) ? thought(text) : partsOf(text);
  });
}

function turnOf(message: unknown): Turn {
  if (typeof message !== "object" || message === null) return { role: "", parts: contentParts(message) };
  const before = REASONING_KEYS.map((key) => own(message, key)).find((value) => typeof value === "string");
  const role = own(message, "role");
  return {
    role: typeof role === "string" ? role : "",
    parts: [...thought((before as string | undefined) ?? ""), ...contentParts(own(message, "content"))],
  };
}

export function turnsOf(text: unknown): Turn[] {
  return Array.isArray(text) ? text.map(turnOf) : [{ role: "", parts: contentParts(text) }];
}

/** How many characters of reasoning there are in all. */
export function reasoningLength(text: unknown): number {
  const parts = turnsOf(text).flatMap((turn) => turn.parts);
  return parts.reduce((sum, one) => sum + (one.kind === "reasoning" ? one.text.length : 0), 0);
}

/** The words alone, as a person reads them down the page; reasoning only where it is shown. */
export function wordsOf(text: unknown, withReasoning: boolean): string {
  return turnsOf(text)
    .map((turn) => {
      const said = turn.parts.filter((one) => withReasoning || one.kind === "text").map((one) => one.text);
      return (turn.role ? [`${turn.role}:`, ...said] : said).join("\n");
    })
    .join("\n\n");
}
