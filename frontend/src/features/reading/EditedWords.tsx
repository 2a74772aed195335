import { useDeferredValue, useEffect, useMemo } from "react";

import { wordDiff } from "../../domain/reading/wordDiff";
import { languageOf } from "../../domain/reading/script";
import { t } from "../../i18n";
import { usePageWords } from "../../ui/language";

/** The words of an edit in one line of reading. Typing goes first; the comparison follows when there is time. */
export default function EditedWords({ before, after, onDrawn }: { before: string; after: string; onDrawn?: (() => void) | undefined }) {
  const latest = useDeferredValue(after);
  const diff = useMemo(() => wordDiff(before, latest), [before, latest]);
  const words = usePageWords();
  useEffect(() => onDrawn?.(), [diff, onDrawn]);
  return (
    <div className="plain-text edited" dir="auto" lang={languageOf(before)} translate="no">
      {diff.runs.map((run, index) =>
        run.shared ? (
          run.b
        ) : (
          <span key={index}>
            {run.a && (
              <del>
                <span className="visually-hidden" {...words}>
                  {t("[removed:")}{" "}
                </span>
                {run.a}
                <span className="visually-hidden">]</span>
              </del>
            )}
            {run.b && (
              <ins>
                <span className="visually-hidden" {...words}>
                  {t("[added:")}{" "}
                </span>
                {run.b}
                <span className="visually-hidden">]</span>
              </ins>
            )}
          </span>
        ),
      )}
    </div>
  );
}
