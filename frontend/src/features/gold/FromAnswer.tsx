/** Beside an answer that is being read: take it for the right one. */

import { useState } from "react";

import { t } from "../../i18n";
import { MakeGold, NO_REASON } from "./MakeGold";

export function FromAnswer({ slug, annotation, words }: { slug: string; annotation: number; words: string }) {
  const [state, setState] = useState<"closed" | "open" | "made">("closed");
  const [why, setWhy] = useState(NO_REASON);
  if (state === "made") {
    return (
      <span className="quiet" role="status">
        {t("Taken for the right answer.")}
      </span>
    );
  }
  return (
    <>
      <button type="button" className="button quiet-button" onClick={() => setState("open")}>
        {t("Make this a gold or training card…")}
      </button>
      {state === "open" && (
        <MakeGold
          slug={slug}
          about={{ annotation }}
          words={words}
          why={why}
          onWhy={setWhy}
          onClose={() => setState((now) => (now === "made" ? now : "closed"))}
          onMade={() => setState("made")}
        />
      )}
    </>
  );
}
