/** A corrected text beside what it was: words taken out struck through, words put in underlined, both said aloud. */

import { lazy, Suspense } from "react";

const EditedWords = lazy(() => import("./EditedWords"));

export function EditDiff({ before, after }: { before: string; after: string }) {
  return (
    <Suspense fallback={<div className="plain-text" translate="no">{after}</div>}>
      <EditedWords before={before} after={after} />
    </Suspense>
  );
}
