/** A corrected text beside what it was: words taken out struck through, words put in underlined, both said aloud. */

import { lazy, Suspense } from "react";

const EditedWords = lazy(() => import("./EditedWords"));

interface Props {
  before: string;
  after: string;
  /** It shows the words as they are now. */
  onDrawn?: (() => void) | undefined;
}

export function EditDiff({ before, after, onDrawn }: Props) {
  return (
    <Suspense fallback={<div className="plain-text" translate="no">{after}</div>}>
      <EditedWords before={before} after={after} onDrawn={onDrawn} />
    </Suspense>
  );
}
