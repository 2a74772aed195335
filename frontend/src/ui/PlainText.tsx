/** Text exactly as it was written: every line with its own direction, hidden characters named, long text in pieces. */

import { memo, useMemo } from "react";

import { withHiddenNamed } from "../domain/reading/hidden";
import { linePieces } from "../domain/reading/pieces";

const PIECE = 6_000;

/** Words in one line of reading, with what is hidden in them named. */
export const Written = memo(function Written({ text }: { text: string }) {
  return withHiddenNamed(text).map((one, index) =>
    "text" in one ? (
      one.text
    ) : (
      <span key={index} className="hidden-character">
        {one.code}
      </span>
    ),
  );
});

/** Off-screen pieces are not laid out until they are scrolled to; the browser's own search still finds their words. */
export const PlainText = memo(function PlainText({ text }: { text: string }) {
  const pieces = useMemo(() => linePieces(text, PIECE), [text]);
  return pieces.map((piece, index) => (
    <div key={index} className="plain-text" dir="auto">
      {/* The line break at a piece's end is the end of its block. */}
      <Written text={index < pieces.length - 1 ? piece.replace(/\n$/, "") : piece} />
    </div>
  ));
});
