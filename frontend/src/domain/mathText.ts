/**
 * Model text writes maths in four ways and money in one; this turns the maths into the one form the renderer reads.
 *
 * `\(x\)`, `\[x\]`, `$x$` and `$$x$$` become `$$x$$`; "$5 and $10" stays money. Code is left alone.
 */

const TOKENS = new RegExp(
  [
    String.raw`(?<fence>^ {0,3}(\`{3,}|~{3,})[\s\S]*?(?:^ {0,3}\2[\`~]*[ \t]*$|$(?![\s\S])))`,
    String.raw`(?<code>(\`+)(?!\`)[^\n]*?[^\`]\4(?!\`))`,
    String.raw`(?<escaped>\\\\|\\\$)`,
    String.raw`(?<block>\\\[[\s\S]{1,4000}?\\\])`,
    String.raw`(?<inline>\\\([\s\S]{1,2000}?\\\))`,
    String.raw`(?<double>\$\$[\s\S]{1,4000}?\$\$)`,
    String.raw`(?<single>\$(?![\s$])[^$\n]{1,500}?(?<![\s\\])\$(?!\d))`,
  ].join("|"),
  "gm",
);

/** A price range such as "$5-$" or "$3 (or 4)$" has no letters beyond words and no maths sign. */
function looksLikeMath(body: string): boolean {
  if (/[\\^_{}=<>]/.test(body)) return true;
  if (/^[A-Za-z]$/.test(body)) return true;
  return /[+*/-]/.test(body) ? !/[A-Za-z]{3,}/.test(body) : /^[\d.,]+$/.test(body);
}

function onItsOwnLine(text: string, start: number, end: number): boolean {
  const before = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  const after = text.slice(end, (text.indexOf("\n", end) + 1 || text.length + 1) - 1);
  return before.trim() === "" && before.length < 4 && after.trim() === "";
}

function display(body: string, alone: boolean): string {
  const formula = body.trim().replace(/\n\s*\n/g, "\n");
  return alone ? `\n$$\n${formula}\n$$\n` : `$$\\displaystyle ${formula.replace(/\s*\n\s*/g, " ")}$$`;
}

export function normaliseMath(text: string): string {
  return text.replace(TOKENS, (match: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Record<string, string | undefined>;
    const offset = rest.at(-3) as number;
    const alone = () => onItsOwnLine(text, offset, offset + match.length);
    if (groups.block) return display(match.slice(2, -2), alone());
    if (groups.inline) return `$$${match.slice(2, -2).trim().replace(/\s*\n\s*/g, " ")}$$`;
    if (groups.double) return alone() ? display(match.slice(2, -2), true) : match;
    if (groups.single) return looksLikeMath(match.slice(1, -1)) ? `$$${match.slice(1, -1)}$$` : match;
    return match;
  });
}
