import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { people } from "../../api/people";
import type { User } from "../../api/types";
import { t } from "../../i18n";
import { Panel, Problem } from "../../ui/parts";

export function Password({ user }: { user: User }) {
  const change = useMutation({
    mutationFn: ({ current, next }: { current: string; next: string }) => people.changePassword(current, next),
  });
  const [differs, setDiffers] = useState(false);
  if (!user.has_password) {
    return (
      <Panel title={t("Password")}>
        <p className="quiet">{t("You sign in with your organisation's account; there is no password here.")}</p>
      </Panel>
    );
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const said = (name: string) => String(new FormData(form).get(name));
    const wrong = said("new") !== said("again");
    setDiffers(wrong);
    if (!wrong) change.mutate({ current: said("current"), next: said("new") }, { onSuccess: () => form.reset() });
  };
  return (
    <Panel title={t("Password")}>
      <form className="form" onSubmit={submit}>
        {/* Password managers need to know whose password this is. */}
        <input type="text" name="username" autoComplete="username" value={user.username} readOnly hidden />
        <label>
          {t("Current password")}
          <input name="current" type="password" autoComplete="current-password" required />
        </label>
        <label>
          {t("New password")}
          <input name="new" type="password" autoComplete="new-password" minLength={12} required aria-describedby="password-rule" />
        </label>
        <p id="password-rule" className="hint">
          {t("At least 12 characters; no common password, not only digits, not like your name. Every other browser is signed out.")}
        </p>
        <label>
          {t("New password again")}
          <input name="again" type="password" autoComplete="new-password" required aria-invalid={differs} />
        </label>
        {differs && (
          <p className="problem" role="alert">
            {t("The two new passwords differ.")}
          </p>
        )}
        {change.isError && !differs && <Problem error={change.error} />}
        {change.isSuccess && (
          <p className="done" role="status">
            {t("Your password is changed.")}
          </p>
        )}
        <div>
          <button type="submit" className="button primary" disabled={change.isPending}>
            {t("Change password")}
          </button>
        </div>
      </form>
    </Panel>
  );
}
