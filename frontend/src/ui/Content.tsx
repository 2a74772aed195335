/** A prompt or completion: plain text or chat turns. The rich renderer loads on demand; plain text stands in meanwhile. */

import { lazy, memo, Suspense } from "react";

import type { Text } from "../api/types";
import { roleName, turns } from "../domain/messages";

const load = () => import("./RichText");
const RichText = lazy(load);

/** Begin loading before the first card arrives. */
export function preloadRichText(): void {
  void load();
}

function Body({ text }: { text: string }) {
  return (
    <Suspense fallback={<div className="plain-text">{text}</div>}>
      <RichText text={text} />
    </Suspense>
  );
}

export const Content = memo(function Content({ text }: { text: Text }) {
  return (
    <div className="content">
      {turns(text).map((turn, index) =>
        turn.role ? (
          <div key={index} className={`turn turn-${turn.role === "user" ? "user" : "other"}`}>
            <span className="turn-role">{roleName(turn.role)}</span>
            <Body text={turn.content} />
          </div>
        ) : (
          <Body key={index} text={turn.content} />
        ),
      )}
    </div>
  );
});
