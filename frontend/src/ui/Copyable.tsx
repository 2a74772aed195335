/** A secret that is shown once: readable, selectable, and copied by one button that says when it has. */

import { useId, useState } from "react";

import { t } from "../i18n";

export function Copyable({ label, text, hint }: { label: string; text: string; hint: string }) {
  const id = useId();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const input = document.getElementById(id) as HTMLInputElement;
    input.select();
    // Without https there is no clipboard to write to; the text is selected then, and Ctrl+C does it.
    await navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <div className="copyable">
      <label htmlFor={id}>{label}</label>
      <div className="copyable-row">
        <input id={id} readOnly value={text} onFocus={(event) => event.target.select()} aria-describedby={`${id}-hint`} dir="ltr" />
        <button type="button" className="button" onClick={() => void copy()}>
          {t("Copy")}
        </button>
      </div>
      <p id={`${id}-hint`} className="hint" role="status">
        {copied ? t("Copied.") : hint}
      </p>
    </div>
  );
}
