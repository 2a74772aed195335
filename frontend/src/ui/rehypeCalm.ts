/**
 * Before anything is drawn: every block takes the direction of its own words, ids are dropped so that two texts on one
 * page cannot claim the same one, and nesting ends where no reader could follow it.
 */

import type { Element, ElementContent, Root, RootContent } from "hast";

const BLOCKS = new Set(["p", "li", "ul", "ol", "blockquote", "table", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6"]);
const DEEPEST = 24;

type Node = RootContent | ElementContent;

function wordsOf(node: Node): string {
  const words: string[] = [];
  const left: Node[] = [node];
  for (let next = left.pop(); next; next = left.pop()) {
    if (next.type === "text") words.push(next.value);
    if (next.type === "element") left.push(...next.children.toReversed());
  }
  return words.join("");
}

function calm(element: Element): void {
  delete element.properties.id;
  delete element.properties.ariaDescribedBy;
  delete element.properties.dataFootnoteBackref;
  // Code reads from left to right whatever the words around it do.
  if (element.tagName === "pre") element.properties.dir = "ltr";
  else if (BLOCKS.has(element.tagName)) element.properties.dir = "auto";
}

export function rehypeCalm(): (tree: Root) => void {
  return (tree) => {
    const left: { node: Root | Element; depth: number }[] = [{ node: tree, depth: 0 }];
    for (let next = left.pop(); next; next = left.pop()) {
      const { node, depth } = next;
      if (node.type === "element") calm(node);
      if (depth >= DEEPEST) {
        node.children = node.children.map((child) => ({ type: "text", value: wordsOf(child as Node) }));
        continue;
      }
      for (const child of node.children) if (child.type === "element") left.push({ node: child, depth: depth + 1 });
    }
  };
}
