/** Colours code blocks whose language is named and known here; leaves all others as they are. No HTML strings involved. */

import bash from "highlight.js/lib/languages/bash";
import cpp from "highlight.js/lib/languages/cpp";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import type { Element, Root, RootContent } from "hast";
import { createLowlight } from "lowlight";

/** Colouring a longer program would hold the page up. */
const LONGEST_COLOURED = 15_000;

const lowlight = createLowlight({ bash, cpp, java, javascript, json, python, sql, typescript });

function languageOf(code: Element): string | null {
  const names = code.properties.className;
  const named = Array.isArray(names) ? names.map(String).find((name) => name.startsWith("language-")) : undefined;
  const language = named?.slice("language-".length).toLowerCase() ?? "";
  return lowlight.registered(language) ? language : null;
}

function textOf(node: RootContent): string {
  if (node.type === "text") return node.value;
  return "children" in node ? node.children.map(textOf).join("") : "";
}

function colour(node: Root | Element): void {
  for (const child of node.children) {
    if (child.type !== "element") continue;
    const code = child.tagName === "pre" ? child.children[0] : undefined;
    if (code?.type !== "element" || code.tagName !== "code") {
      colour(child);
      continue;
    }
    const language = languageOf(code);
    const text = language ? textOf(code) : "";
    if (language && text.length <= LONGEST_COLOURED) code.children = lowlight.highlight(language, text).children as Element["children"];
  }
}

export function rehypeCode(): (tree: Root) => void {
  return colour;
}
