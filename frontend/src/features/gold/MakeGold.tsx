/** The last step of stating a right answer: what it is used for, and why it is right. */

import "../../styles/gold.css";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { type About, gold, type GoldItem, type Use } from "../../api/gold";
import { t } from "../../i18n";
import { Dialog, Problem } from "../../ui/parts";

/** What it is for, and why it is right. */
export interface Why {
  use: Use;
  explanation: string;
}

export const NO_REASON: Why = { use: "gold", explanation: "" };

interface Props {
  slug: string;
  about: About;
  /** The answer that is taken for the right one. */
  words: string;
  why: Why;
  onWhy: (why: Why) => void;
  onClose: () => void;
  onMade: (item: GoldItem) => void;
}

const USES = {
  gold: ["Measure everybody", "Mixed in where nobody can tell; the score counts for how far a person is relied on."],
  training: ["Teach newcomers", "Shown first of all; after answering, people read the right answer and why."],
} as const;

export function MakeGold({ slug, about, words, why, onWhy, onClose, onMade }: Props) {
  const client = useQueryClient();
  const { use, explanation } = why;
  const make = useMutation({
    mutationFn: () => gold.make(slug, about, use, explanation),
    onSuccess: async (item) => {
      await client.invalidateQueries({ queryKey: ["gold", slug] });
      onMade(item);
    },
  });
  return (
    <Dialog title={t("Take this for the right answer")} onClose={onClose}>
      <form
        className="make-gold"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <p className="right-answer">{words}</p>
        <fieldset>
          <legend>{t("What for?")}</legend>
          {(Object.keys(USES) as Use[]).map((one) => (
            <label key={one} className="make-gold-use">
              <input
                type="radio"
                name="use"
                value={one}
                checked={use === one}
                ref={(own) => void own?.toggleAttribute("autofocus", one === "gold")}
                onChange={() => onWhy({ ...why, use: one })}
              />
              <span>
                {t(USES[one][0])}
                <span className="hint">{t(USES[one][1])}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <label className="make-gold-why">
          {t("Why is it right? (Markdown; people in training read it)")}
          <textarea rows={4} maxLength={10_000} value={explanation} dir="auto" onChange={(event) => onWhy({ ...why, explanation: event.target.value })} />
        </label>
        {make.isError && <Problem error={make.error} />}
        <div className="actions">
          <button type="submit" className="button primary" disabled={make.isPending}>
            {use === "gold" ? t("Make a gold card") : t("Make a training card")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
