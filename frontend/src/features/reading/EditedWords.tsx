import { useDeferredValue, useMemo } from "react";

import { wordDiff } from "../../domain/reading/wordDiff";
import { t } from "../../i18n";

/** The words of an edit in one line of reading. Typing goes first; the comparison follows when there is time. */
export default function EditedWords({ before, after }: { before: string; after: string }) {
  const latest = useDeferredValue(after);
  const diff = useMemo(() => wordDiff(before, latest), [before, latest]);
  return (
    <div className="plain-text edited" dir="auto">
      {diff.runs.map((run, index) =>
        run.shared ? (
          run.b
        ) : (
          <span key={index}>
            {run.a && (
              <del>
                <span className="visually-hidden">{t("[removed:")} </span>
                {run.a}
                <span className="visually-hidden">]</span>
              </del>
            )}
            {run.b && (
              <ins>
                <span className="visually-hidden">{t("[added:")} </span>
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
