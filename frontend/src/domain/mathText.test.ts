import { describe, expect, test } from "vitest";

import { normaliseMath } from "./mathText";

describe("money stays money", () => {
  test.each([
    "It costs $5 and $10.",
    "From $20 to $35 per bag, so $15 more.",
    "4 bags * $3 = $12",
    "$200/50 = 4 bags, $4 each",
    "He pays $5+$10 in all.",
    "Cheap ($3) or dear ($30)?",
    "\\$5 and \\$6",
  ])("%s", (text) => expect(normaliseMath(text)).toBe(text));
});

describe("maths is maths however it is written", () => {
  test.each([
    ["so $x^2 + 1$ holds", "so $$x^2 + 1$$ holds"],
    ["let $n$ be even", "let $$n$$ be even"],
    ["so \\(x + 1\\) holds", "so $$x + 1$$ holds"],
    ["\\[\nx = 1\n\\]", "\n$$\nx = 1\n$$\n"],
    ["thus \\[x = 1\\] here", "thus $$\\displaystyle x = 1$$ here"],
    ["costs $5, so $p = 5$.", "costs $5, so $$p = 5$$."],
  ])("%s", (text, expected) => expect(normaliseMath(text)).toBe(expected));
});

describe("code is left alone", () => {
  test.each(["```sh\necho $x^2$ \\(a\\)\n```", "use `$x_1$` here", "~~~\n\\[ 1 \\]\n~~~", "```\nnever closed $x^2$"])(
    "%s",
    (text) => expect(normaliseMath(text)).toBe(text),
  );
});

// Going over the rest again at every mark would outlast the test runner's patience many times over.
test.each(["$", "\\[", "`", "$$", "\\(", "$a", "```\n"])("of a text of nothing but %j nothing is lost", (part) => {
  const text = part.repeat(60_000);
  expect(normaliseMath(text).length).toBeGreaterThanOrEqual(text.length);
});
