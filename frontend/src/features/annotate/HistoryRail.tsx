/** The last ten answers, newest first; each re-opens its card. */

import { memo } from "react";

import { glyph, inWords } from "../../domain/answers";
import type { Past } from "../../domain/deck";
import { asked, summary } from "../../domain/messages";

interface Props {
  past: Past[];
  reopened: string | null;
  onReopen: (key: string) => void;
}

const STATUS: Record<Past["status"], string> = { sending: ", not sent yet", saved: "", refused: ", not counted" };

export const HistoryRail = memo(function HistoryRail({ past, reopened, onReopen }: Props) {
  return (
    <nav className="rail" aria-label="Your last answers">
      <ol>
        {past.map((one) => (
          <li key={one.assignment}>
            <button
              type="button"
              className={`rail-item rail-${one.choice} rail-is-${one.status} ${one.key === reopened ? "is-open" : ""}`}
              disabled={one.status === "refused"}
              aria-current={one.key === reopened ? "true" : undefined}
              title={`${inWords(one)}${STATUS[one.status]}`}
              onClick={() => onReopen(one.key)}
            >
              <span className="rail-glyph" aria-hidden="true">
                {glyph(one)}
              </span>
              <span className="visually-hidden">
                Change: {inWords(one)}
                {STATUS[one.status]},
              </span>
              <span className="rail-text">{summary(asked(one.card.prompt), 48)}</span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
});
