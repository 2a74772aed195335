/** Text exactly as it was written: every line with its own direction, hidden characters named, long text in pieces. */

import { memo, useMemo } from "react";

import { withHiddenNamed } from "../domain/reading/hidden";
import { linePieces } from "../domain/reading/pieces";

const PIECE = 6_000;

function Piece({ text }: { text: string }) {
  const seen = useMemo(() => withHiddenNamed(text), [text]);
  return (
    <div className="plain-text" dir="auto">
      {seen.map((one, index) =>
        "text" in one ? (
          one.text
        ) : (
          <span key={index} className="hidden-character">
            {one.code}
          </span>
        ),
      )}
    </div>
  );
}

/** Off-screen pieces are not laid out until they are scrolled to; the browser's own search still finds their words. */
export const PlainText = memo(function PlainText({ text }: { text: string }) {
  const pieces = useMemo(() => linePieces(text, PIECE), [text]);
  // The line break at a piece's end is the end of its block.
  return pieces.map((piece, index) => <Piece key={index} text={index < pieces.length - 1 ? piece.replace(/\n$/, "") : piece} />);
});
