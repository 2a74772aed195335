/** What judging needs, for pages that come before it: it loads while somebody reads them, or while their server is asked. */

import { preloadRichText } from "./ui/preload";

export const loadAnnotate = () => import("./features/annotate/Annotate");

export function preloadJudging(): void {
  void loadAnnotate();
  preloadRichText();
}
