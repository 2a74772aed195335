/** One's own account: the password, the browsers that are signed in, and tokens for scripts. */

import type { User } from "../../api/types";
import { roleOf } from "../../domain/names";
import { t } from "../../i18n";
import { Page } from "../../ui/parts";
import { Browsers } from "./Browsers";
import { Password } from "./Password";
import { Tokens } from "./Tokens";

export default function Account({ user }: { user: User }) {
  return (
    <Page title={t("Your account")}>
      <p className="quiet lead">{t("{{name}}, {{role}}", { name: user.username, role: roleOf(user.role) })}</p>
      <div className="panels">
        <Password user={user} />
        <Browsers />
        <Tokens user={user} />
      </div>
    </Page>
  );
}
