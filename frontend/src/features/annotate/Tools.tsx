/** What can be done with any card, on both sides of the bar: undo and a note, a flag and a skip. */

import { SKIP_REASONS, reasonInWords } from "../../domain/answers";
import { t } from "../../i18n";
import { Choice } from "./Keys";

export function LeftTools({ canUndo, noted }: { canUndo: boolean; noted: boolean }) {
  return (
    <div className="bar-tools">
      <Choice command={{ kind: "undo" }} className="tone-plain" ofCard={false} disabled={!canUndo}>
        {t("Undo")}
      </Choice>
      <Choice command={{ kind: "note" }} className="tone-plain" pressed={noted}>
        {t("Note")}
      </Choice>
    </div>
  );
}

export function RightTools({ flagged, skipping }: { flagged: boolean; skipping: boolean }) {
  return (
    <div className="bar-tools">
      <Choice command={{ kind: "flag" }} className="tone-plain" pressed={flagged}>
        {t("Flag")}
      </Choice>
      <Choice command={{ kind: "skip" }} className="tone-plain" pressed={skipping}>
        {t("Skip")}
      </Choice>
    </div>
  );
}

export function Reasons() {
  return (
    <div className="reasons" role="group" aria-label={t("Why skip this card?")} tabIndex={-1} ref={(own) => own?.focus({ preventScroll: true })}>
      <p className="reasons-ask">{t("Why skip this card?")}</p>
      <div className="reasons-list">
        {SKIP_REASONS.map((reason) => (
          <Choice key={reason} command={{ kind: "because", reason }} className="reason">
            {reasonInWords(reason)}
          </Choice>
        ))}
        <Choice command={{ kind: "no_skip" }} className="reason tone-plain">
          {t("Do not skip")}
        </Choice>
      </div>
    </div>
  );
}

export function NoteField({ note, onNote, onClose }: { note: string; onNote: (note: string) => void; onClose: (note: string) => void }) {
  return (
    <input
      className="note"
      aria-label={t("Note for this card")}
      placeholder={t("A note for this card. Enter returns to the keys.")}
      autoFocus={note === ""}
      value={note}
      maxLength={2000}
      dir="auto"
      onChange={(event) => onNote(event.target.value)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.currentTarget.blur();
        if (note.trim() === "") onClose("");
      }}
    />
  );
}
