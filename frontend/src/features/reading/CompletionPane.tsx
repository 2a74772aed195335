/** One completion of a card: its name, what is known of it, its text in a box that scrolls, and room for a question. */

import { lazy, memo, type ReactNode, Suspense } from "react";

import type { Text } from "../../api/types";
import type { Evidence } from "../../domain/reading/notes";
import { t } from "../../i18n";
import { Content, type Fold } from "../../ui/Content";
import { useLanguage } from "../../ui/language";
import { PlainText } from "../../ui/PlainText";
import { EvidenceList } from "./EvidenceList";

const load = () => import("./Differences");
const Differences = lazy(load);

/** Begin loading before the key is pressed. */
export function preloadDifferences(): void {
  void load();
}

/** Words to compare and the names both texts go by. */
export interface Against {
  own: string;
  other: string;
  otherName: string;
}

interface Props {
  name: string;
  text: Text;
  reasoning: Fold;
  asWritten?: boolean;
  evidence?: Evidence[];
  /** When given, the words that only this text has are marked. */
  against?: Against | null;
  chosen?: boolean;
  /** In place of the text: its steps, an editor. */
  body?: ReactNode;
  /** Under the text, always in sight. */
  under?: ReactNode;
  onScroll?: (box: HTMLElement) => void;
}

export const CompletionPane = memo(function CompletionPane({
  name,
  text,
  reasoning,
  asWritten = false,
  evidence = [],
  against = null,
  chosen = false,
  body,
  under,
  onScroll,
}: Props) {
  useLanguage();
  const read = against ? (
    <Suspense fallback={<PlainText text={against.own} />}>
      <Differences name={name} {...against} />
    </Suspense>
  ) : (
    <Content text={text} asWritten={asWritten} reasoning={reasoning} />
  );
  return (
    <section className={`pane pane-${name.toLowerCase()} ${chosen ? "is-chosen" : ""}`} aria-label={t("Answer {{name}}", { name })}>
      <div className="pane-head">
        <h2 className="pane-name">
          <span className="visually-hidden">{t("Answer")} </span>
          {name}
        </h2>
        <EvidenceList evidence={evidence} of={name} />
      </div>
      <div
        className="pane-box"
        tabIndex={0}
        role="region"
        aria-label={t("Text of answer {{name}}", { name })}
        onScroll={(event) => onScroll?.(event.currentTarget)}
      >
        {body ?? read}
      </div>
      {under && <div className="pane-under">{under}</div>}
    </section>
  );
});
