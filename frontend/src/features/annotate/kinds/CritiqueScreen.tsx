/** A field for what there is to say, about the card or about the completion looked at. */

import { type CritiqueDraft, type CritiqueQuestion, perCompletion, stillShort, written } from "../../../domain/kinds/critique";
import { letter } from "../../../domain/kinds/kind";
import { t, tn } from "../../../i18n";
import { Choice, changing } from "../Keys";
import { Editor } from "./Editor";
import type { Asked, Screen } from "./screen";

type Props = Asked<CritiqueQuestion, CritiqueDraft>;

function labelOf({ question, draft }: Props): string {
  return perCompletion(question) ? t("Critique of answer {{name}}", { name: letter(draft.at) }) : t("Critique");
}

function Desk(asked: Props) {
  const { question, draft, change } = asked;
  return (
    <section className="desk writing-desk">
      <h2 className="desk-title">{labelOf(asked)}</h2>
      <Editor
        key={perCompletion(question) ? draft.at : "card"}
        label={labelOf(asked)}
        value={written(question, draft)}
        placeholder={t("What is right, what is wrong, and why?")}
        onChange={(text) => change({ do: "write", text })}
      />
    </section>
  );
}

function Controls(asked: Props) {
  const { question, draft } = asked;
  const text = written(question, draft);
  const short = stillShort(question, text);
  const length = [...text.trim()].length;
  return (
    <div className="controls writing-controls">
      <Choice command={changing({ do: "enter" })}>{t("Write")}</Choice>
      <p className="controls-ask">
        {short > 0
          ? tn(short, "{{n}} more character is needed", "{{n}} more characters are needed")
          : tn(length, "{{n}} character", "{{n}} characters")}
      </p>
    </div>
  );
}

function mark({ question, draft }: Props, place: number): string {
  return perCompletion(question) && draft.texts[place]?.trim() ? "✓" : "";
}

export const critiqueScreen: Screen<CritiqueQuestion, CritiqueDraft> = { Controls, Desk, mark };
