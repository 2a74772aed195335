/** The completion as it should have been. A text left as it was is no correction, and is sent as such. */

import { t } from "../../i18n";
import { type Common, type Draft, letter, looking, type Machine, named, places, replaced, row } from "./kind";

export interface EditQuestion extends Common {
  kind: "edit";
}

export interface EditAnswer {
  texts: (string | null)[];
}

export interface EditDraft extends Draft {
  texts: readonly (string | null)[];
}

export type EditChange = { do: "write"; text: string } | { do: "enter" | "reset" };

function changed(texts: readonly (string | null)[]): number[] {
  return texts.flatMap((text, place) => (text === null ? [] : [place]));
}

export const edit: Machine<EditQuestion, EditDraft, EditChange, EditAnswer> = {
  movesOn: false,
  decidesAtOnce: () => false,
  begin: (_question, shown) => ({ at: 0, texts: places(shown).map(() => null) }),
  again: (_question, _shown, { texts }) => ({ at: Math.max(0, texts.findIndex((text) => text !== null)), texts }),
  change: (_question, shown, draft, said) => {
    if (said.do === "enter") return draft;
    const text = said.do === "write" && said.text !== shown.texts[draft.at] ? said.text : null;
    return { ...draft, texts: replaced(draft.texts, draft.at, text) };
  },
  complete: (_question, draft) => draft.texts.every((text) => text === null || text.trim() !== ""),
  blank: (draft) => draft.texts.every((text) => text === null),
  answer: (_question, draft) => ({ texts: [...draft.texts] }),
  rows: (_question, shown, draft) => [
    row(t("Correct the text; Escape leaves it"), ["i"], { do: "enter" } as const),
    row(t("Back to the text as it was"), ["o"], { do: "reset" } as const),
    ...looking(shown, draft, ["ArrowLeft", ","], ["ArrowRight", "."]),
  ],
  inWords: (_question, { texts }) => {
    const list = changed(texts);
    if (list.length === 0) return t("Left as it was");
    return texts.length === 1 ? t("Corrected") : t("Corrected: {{which}}", { which: named(list) });
  },
  glyph: (_question, { texts }) => {
    const list = changed(texts);
    if (list.length === 0) return "✎0";
    return `✎${texts.length === 1 ? "" : list.map(letter).join("").slice(0, 3)}`;
  },
};
