/** The text to correct, and beneath it word by word what the correction changes. */

import { type RefObject, useCallback, useMemo, useRef } from "react";

import type { EditDraft, EditQuestion } from "../../../domain/kinds/edit";
import { letter } from "../../../domain/kinds/kind";
import { wordDiff } from "../../../domain/reading/wordDiff";
import { t, tn } from "../../../i18n";
import { EditDiff } from "../../reading/EditDiff";
import { Choice, changing } from "../Keys";
import { EDITOR, Editor } from "./Editor";
import type { Asked, Screen } from "./screen";

type Props = Asked<EditQuestion, EditDraft>;

/** What is being written is in sight in the comparison too: it stands about as far down as the caret in the text. */
function useFollow(box: RefObject<HTMLDivElement | null>): () => void {
  return useCallback(() => {
    const field = document.getElementById(EDITOR);
    const own = box.current;
    if (!own || !(field instanceof HTMLTextAreaElement) || document.activeElement !== field) return;
    own.scrollTop = (field.selectionEnd / Math.max(1, field.value.length)) * own.scrollHeight - own.clientHeight / 2;
  }, [box]);
}

function Desk({ draft, shown, change }: Props) {
  const comparison = useRef<HTMLDivElement>(null);
  const follow = useFollow(comparison);
  const original = shown.texts[draft.at] ?? "";
  const now = draft.texts[draft.at] ?? null;
  const name = letter(draft.at);
  return (
    <section className="desk writing-desk edit-desk">
      <div className="edit-half">
        <h2 className="desk-title">{t("Corrected answer {{name}}", { name })}</h2>
        <Editor
          key={draft.at}
          label={t("Corrected answer {{name}}", { name })}
          value={now ?? original}
          onChange={(text) => change({ do: "write", text })}
        />
      </div>
      <div className="edit-half">
        <h2 className="desk-title">{t("What changes")}</h2>
        <div ref={comparison} className="edit-diff" tabIndex={0} role="region" aria-label={t("What changes")}>
          {now === null ? <p className="quiet">{t("Nothing yet. Correct the text, or send it as it is.")}</p> : <EditDiff before={original} after={now} onDrawn={follow} />}
        </div>
      </div>
    </section>
  );
}

/** Words taken out and words put in: how far the correction is from what was written. */
function useDistance(original: string, now: string | null): number {
  return useMemo(() => {
    if (now === null) return 0;
    const { onlyA, onlyB } = wordDiff(original, now);
    return onlyA + onlyB;
  }, [original, now]);
}

function Controls({ draft, shown }: Props) {
  const now = draft.texts[draft.at] ?? null;
  const distance = useDistance(shown.texts[draft.at] ?? "", now);
  return (
    <div className="controls writing-controls">
      <Choice command={changing({ do: "enter" })}>{t("Correct")}</Choice>
      <Choice command={changing({ do: "reset" })} disabled={now === null}>
        {t("Reset")}
      </Choice>
      <p className="controls-ask" aria-live="polite">
        {now === null ? t("Nothing changed") : tn(distance, "Edit distance: {{n}} word", "Edit distance: {{n}} words")}
      </p>
    </div>
  );
}

function mark({ draft }: Props, place: number): string {
  return draft.texts[place] === null ? "" : "✎";
}

export const editScreen: Screen<EditQuestion, EditDraft> = { Controls, Desk, mark };
