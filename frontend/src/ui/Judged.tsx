/** Words that are judged, in a line of the page: no browser may translate them, and their language is their own. */

import { languageOf } from "../domain/reading/script";

export function Judged({ text }: { text: string }) {
  return (
    <bdi translate="no" lang={languageOf(text)}>
      {text}
    </bdi>
  );
}
