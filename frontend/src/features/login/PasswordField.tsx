import { type ReactNode, useId, useState } from "react";

import { t } from "../../i18n";

interface Props {
  label: string;
  name: string;
  autoComplete: "current-password" | "new-password";
  minLength?: number;
  hint?: ReactNode;
}

/** A password one may look at while typing it: that finds a slip sooner than typing it twice. */
export function PasswordField({ label, name, autoComplete, minLength, hint }: Props) {
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="password-row">
        <input
          id={id}
          name={name}
          type={open ? "text" : "password"}
          autoComplete={autoComplete}
          autoCapitalize="none"
          spellCheck={false}
          minLength={minLength}
          required
          aria-describedby={hint ? `${id}-hint` : undefined}
        />
        <button type="button" className="button" aria-pressed={open} aria-label={t("Show what I type")} onClick={() => setOpen(!open)}>
          {t("Show")}
        </button>
      </div>
      {hint && (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
    </div>
  );
}
