/** The decision bar, in the same place for every card: the question's controls in the middle, the tools at both ends. */

import { asked as askedNow, decidesAtOnce, type Filled, type Form } from "../../domain/form";
import type { Change } from "../../domain/kinds";
import type { Shown } from "../../domain/kinds/kind";
import { t } from "../../i18n";
import { Choice } from "./Keys";
import { screenOf } from "./kinds";
import { LeftTools, RightTools } from "./Tools";

interface Props {
  form: Form;
  shown: Shown;
  filled: Filled;
  canUndo: boolean;
  flagged: boolean;
  noted: boolean;
  skipping: boolean;
  change: (change: Change) => void;
}

/** The controls of the question in focus, and what sends them. */
export function Middle({ form, shown, filled, change }: Pick<Props, "form" | "shown" | "filled" | "change">) {
  const now = askedNow(form, filled);
  const Controls = now ? screenOf(now.question.kind).Controls : null;
  const last = filled.at === form.length - 1;
  return (
    <div className={`bar-middle bar-${now?.question.kind ?? "none"}`}>
      {Controls && now && <Controls {...now} shown={shown} change={change} />}
      {!decidesAtOnce(form, shown) && (
        <Choice command={{ kind: "enter" }} className="send">
          {last ? t("Send") : t("Next")}
        </Choice>
      )}
    </div>
  );
}

export function DecisionBar({ form, shown, filled, canUndo, flagged, noted, skipping, change }: Props) {
  return (
    <div className={`bar ${form.length > 1 ? "bar-of-several" : ""}`} role="group" aria-label={t("Your judgement")}>
      <LeftTools canUndo={canUndo} noted={noted} />
      <Middle form={form} shown={shown} filled={filled} change={change} />
      <RightTools flagged={flagged} skipping={skipping} />
    </div>
  );
}
