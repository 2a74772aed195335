/**
 * One text with the words marked that the other one lacks. Both sides are marked alike: neither is the correction of
 * the other, and a reader who sees no colours, or sees nothing, learns the same.
 */

import { useMemo } from "react";

import { linePieces } from "../../domain/reading/pieces";
import { type WordDiff, wordDiff } from "../../domain/reading/wordDiff";
import { languageOf } from "../../domain/reading/script";
import { numbers, t } from "../../i18n";
import { usePageWords } from "../../ui/language";
import { Written } from "../../ui/PlainText";
import type { Against } from "./CompletionPane";

interface Bit {
  text: string;
  only: boolean;
}

/** Both panes of a comparison, and each drawing of them, ask for the same one. */
let last: { a: string; b: string; diff: WordDiff } | null = null;

function diffOf(a: string, b: string): WordDiff {
  if (last?.a !== a || last.b !== b) last = { a, b, diff: wordDiff(a, b) };
  return last.diff;
}

/** This side's words, in blocks of whole lines so that what is out of sight costs nothing. */
function blocks(bits: Bit[]): Bit[][] {
  const whole: Bit[][] = [[]];
  let length = 0;
  for (const bit of bits) {
    for (const piece of linePieces(bit.text, 4_000)) {
      whole.at(-1)?.push({ text: piece, only: bit.only });
      length += piece.length;
      if (length < 4_000 || !piece.endsWith("\n")) continue;
      whole.push([]);
      length = 0;
    }
  }
  return whole;
}

function Only({ text, name }: { text: string; name: string }) {
  const page = usePageWords();
  const [, words = text, after = ""] = /^([^]*?)(\s*)$/.exec(text) ?? [];
  return (
    <>
      <mark className="only-here">
        <span className="visually-hidden" {...page}>
          {t("[only in {{name}}:", { name })}{" "}
        </span>
        <Written text={words} />
        <span className="visually-hidden">]</span>
      </mark>
      {after}
    </>
  );
}

export default function Differences({ name, own, other, otherName }: Against & { name: string }) {
  const words = usePageWords();
  const first = name < otherName;
  const diff = first ? diffOf(own, other) : diffOf(other, own);
  const shown = useMemo(() => {
    const bits = diff.runs.map((run) => ({ text: first ? run.a : run.b, only: !run.shared }));
    return blocks(bits.filter((bit) => bit.text !== ""));
  }, [diff, first]);
  const mine = first ? diff.onlyA : diff.onlyB;
  const alike = numbers({ style: "percent" }).format(diff.alike);
  return (
    <div className="content differences" lang={languageOf(own)} translate="no">
      <p className="reading-note" {...words}>
        {t("Words only here: {{n}}. Shared with {{name}}: {{alike}}.", { n: mine, name: otherName, alike })}
        {!diff.exact && ` ${t("The texts are too long and too different to compare every word; some marked words may be shared.")}`}
      </p>
      {shown.map((bits, index) => (
        <div key={index} className="plain-text" dir="auto">
          {bits.map((bit, at) => (bit.only ? <Only key={at} text={bit.text} name={name} /> : <Written key={at} text={bit.text} />))}
        </div>
      ))}
    </div>
  );
}
