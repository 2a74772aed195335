/** One letter for the best, then one for the worst; the same two words stand under every completion. */

import { asksWorst, type BestWorstDraft, type BestWorstQuestion } from "../../../domain/kinds/bestWorst";
import { letter, places } from "../../../domain/kinds/kind";
import { t } from "../../../i18n";
import { Choice, changing } from "../Keys";
import type { Asked, Screen } from "./screen";

type Props = Asked<BestWorstQuestion, BestWorstDraft>;

function isNow({ draft }: Props, place: number): "best" | "worst" | null {
  if (draft.best === place) return "best";
  return draft.worst === place ? "worst" : null;
}

function mark(asked: Props, place: number): string {
  const now = isNow(asked, place);
  return now === "best" ? "▲" : now === "worst" ? "▼" : "";
}

function wanted({ question, draft }: Props): string {
  if (draft.best === null) return t("Which is the best?");
  if (asksWorst(question) && draft.worst === null) return t("Which is the worst?");
  return t("Press Enter to send, or choose again.");
}

function Controls(asked: Props) {
  return (
    <div className="controls">
      <p className="controls-ask" aria-live="polite">
        {wanted(asked)}
      </p>
      <div className="letters">
        {places(asked.shown).map((place) => {
          const now = isNow(asked, place);
          const said = now === "best" ? t("{{name}}, the best", { name: letter(place) }) : t("{{name}}, the worst", { name: letter(place) });
          return (
            <Choice
              key={place}
              command={changing({ do: "choose", place })}
              className={`letter ${now ? `is-${now}` : ""}`}
              pressed={now !== null}
              label={now ? said : letter(place)}
            >
              {letter(place)}
              {now && ` ${mark(asked, place)}`}
            </Choice>
          );
        })}
      </div>
    </div>
  );
}

function under(asked: Props, place: number) {
  const now = isNow(asked, place);
  const name = letter(place);
  return (
    <div className="pane-choices">
      <button type="button" className="button small" aria-pressed={now === "best"} onClick={() => asked.change({ do: "best", place })}>
        <span aria-hidden="true">▲</span> {t("Best")}
        <span className="visually-hidden"> {name}</span>
      </button>
      {asksWorst(asked.question) && (
        <button type="button" className="button small" aria-pressed={now === "worst"} onClick={() => asked.change({ do: "worst", place })}>
          <span aria-hidden="true">▼</span> {t("Worst")}
          <span className="visually-hidden"> {name}</span>
        </button>
      )}
    </div>
  );
}

export const bestWorstScreen: Screen<BestWorstQuestion, BestWorstDraft> = { Controls, under, mark };
