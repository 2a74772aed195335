/** What somebody who leaves would lose, in words. Every page has a way out: this file knows no form and no kind of question. */

import { t } from "../i18n";
import type { Begun } from "./begun";

/** What it would have become, for whoever began it. */
export function whatWasBegun({ key, campaign }: Begun): string {
  const making = key.split("/").at(-1) ?? "";
  if (making === "correction") return t("{{campaign}}: a correction of an earlier answer", { campaign });
  if (making === "known") return t("{{campaign}}: a known answer", { campaign });
  if (making.startsWith("dispute")) return t("{{campaign}}: the decision of a dispute", { campaign });
  return t("{{campaign}}: an answer", { campaign });
}
