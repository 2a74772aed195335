/**
 * Before anything is drawn: every block takes the direction of its own words, ids are dropped so that two texts on one
 * page cannot claim the same one, and nesting ends where no reader could follow it.
 */

import type { Element, ElementContent, Root, RootContent } from "hast";

/** Blocks of words take the direction of their first letter; the browser finds it. */
const BLOCKS = new Set(["p", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6"]);
/** For what holds such blocks the browser would look past them, so their first letter is found here. */
const HOLDERS = new Set(["ul", "ol", "blockquote", "table"]);
const DEEPEST = 24;

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\p{Script=Mandaic}\p{Script=Samaritan}]/u;

type Node = RootContent | ElementContent;

function* textsOf(node: Node): Generator<string> {
  const left: Node[] = [node];
  for (let next = left.pop(); next; next = left.pop()) {
    if (next.type === "text") yield next.value;
    if (next.type === "element") left.push(...next.children.toReversed());
  }
}

function directionOf(node: Node): "rtl" | "ltr" {
  for (const text of textsOf(node)) {
    const letter = /\p{L}/u.exec(text)?.[0];
    if (letter) return RIGHT_TO_LEFT.test(letter) ? "rtl" : "ltr";
  }
  return "ltr";
}

function calm(element: Element): void {
  delete element.properties.id;
  delete element.properties.ariaDescribedBy;
  delete element.properties.dataFootnoteBackref;
  if (BLOCKS.has(element.tagName)) element.properties.dir = "auto";
  else if (HOLDERS.has(element.tagName)) element.properties.dir = directionOf(element);
  // Code reads from left to right whatever the words around it do.
  else if (element.tagName === "pre") element.properties.dir = "ltr";
}

export function rehypeCalm(): (tree: Root) => void {
  return (tree) => {
    const left: { node: Root | Element; depth: number }[] = [{ node: tree, depth: 0 }];
    for (let next = left.pop(); next; next = left.pop()) {
      const { node, depth } = next;
      if (node.type === "element") calm(node);
      if (depth >= DEEPEST) {
        node.children = node.children.map((child) => ({ type: "text", value: [...textsOf(child as Node)].join("") }));
        continue;
      }
      for (const child of node.children) if (child.type === "element") left.push({ node: child, depth: depth + 1 });
    }
  };
}
