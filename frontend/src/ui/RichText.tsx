/** Model text laid out piece by piece: the first at once, the others as written until their turn comes. */

import { memo, type RefObject, startTransition, use, useEffect, useMemo, useRef, useState } from "react";

import { isBeyondLayout, markdownPieces } from "../domain/reading/pieces";
import { t } from "../i18n";
import { usePageWords } from "./language";
import { isLaidOut, layOut, pluginsFor } from "./layOut";
import { PlainText } from "./PlainText";

/** One piece is laid out at a time, and the page answers in between. */
const PIECE = 2_500;
/** A text that took this long to lay out so far keeps the rest as written. */
const MOST_MS = 1_500;

export function preload(): void {
  void pluginsFor("$$ ```");
}

/** Lay out beforehand what a reader sees first of this text. */
export async function prepare(text: string): Promise<void> {
  const first = markdownPieces(text, PIECE)[0] ?? "";
  if (isLaidOut(first) || isBeyondLayout(first)) return;
  layOut(first, await pluginsFor(first));
}

function Laid({ text, spent }: { text: string; spent: RefObject<number> }) {
  const plugins = use(pluginsFor(text));
  return useMemo(() => {
    const began = performance.now();
    const made = layOut(text, plugins);
    spent.current += performance.now() - began;
    return made;
  }, [text, plugins, spent]);
}

function RichText({ text }: { text: string }) {
  const words = usePageWords();
  const pieces = useMemo(() => markdownPieces(text, PIECE), [text]);
  const [turn, setTurn] = useState({ text, upTo: 1, tired: false });
  const spent = useRef(0);
  const tooBig = useMemo(() => pieces.some(isBeyondLayout), [pieces]);
  const { upTo, tired } = turn.text === text ? turn : { upTo: 1, tired: false };
  useEffect(() => {
    if (upTo === 1) spent.current = 0;
    if (upTo >= pieces.length || tired) return;
    const id = setTimeout(() => startTransition(() => setTurn({ text, upTo: upTo + 1, tired: spent.current > MOST_MS })));
    return () => clearTimeout(id);
  }, [text, upTo, tired, pieces.length]);
  return (
    <>
      {tired && <p className="reading-note" {...words}>{t("This text takes long to lay out. The rest of it is shown as it was written.")}</p>}
      {tooBig && <p className="reading-note" {...words}>{t("A part of this text is too long or nested too deeply to be laid out. It is shown as it was written.")}</p>}
      {pieces.map((piece, index) => (
        <div key={index} className={index === 0 ? "piece" : "piece piece-later"}>
          {index < upTo && !isBeyondLayout(piece) ? <Laid text={piece} spent={spent} /> : <PlainText text={piece} />}
        </div>
      ))}
    </>
  );
}

export default memo(RichText);
