/** Words that are judged, in a line of the page: no browser may translate them, and their language is their own. */

import type { Text } from "../api/types";
import { beginning, type Reasoning } from "../domain/messages";
import { languageOf } from "../domain/reading/script";
import { t } from "../i18n";

export function Judged({ text }: { text: string }) {
  return (
    <bdi translate="no" lang={languageOf(text)}>
      {text}
    </bdi>
  );
}

/** Says quietly that a line is not all that was written. */
export function ReasoningSign({ reasoning }: { reasoning: Reasoning }) {
  if (reasoning === "none") return null;
  return (
    <>
      <span className="badge">{reasoning === "shown" ? t("from the reasoning") : t("after reasoning")}</span>{" "}
    </>
  );
}

/** A completion in a line of the page: its answer, as the card unfolds it. */
export function Beginning({ of, length }: { of: Text; length: number }) {
  const { line, reasoning } = beginning(of, length);
  return (
    <>
      <ReasoningSign reasoning={reasoning} />
      <Judged text={line} />
    </>
  );
}
