/**
 * What would leave nothing to see when laid out is shown as written: a link's definition alone, a lone mark, an empty
 * block of code. Nobody can judge a step that is not there.
 */

import type { Root } from "hast";

const SEEN_WITHOUT_WORDS = new Set(["hr", "img", "input"]);

function isSeen(tree: Root): boolean {
  const left: Root["children"] = [...tree.children];
  for (let next = left.pop(); next; next = left.pop()) {
    if (next.type === "text" && next.value.trim()) return true;
    if (next.type !== "element") continue;
    if (SEEN_WITHOUT_WORDS.has(next.tagName)) return true;
    left.push(...next.children);
  }
  return false;
}

export function rehypeSeen(): (tree: Root, file: { toString(): string }) => void {
  return (tree, file) => {
    const written = String(file);
    if (!written.trim() || isSeen(tree)) return;
    const properties = { className: ["plain-text"], dir: "auto" };
    tree.children = [{ type: "element", tagName: "div", properties, children: [{ type: "text", value: written }] }];
  };
}
