/** The right answer, where the campaign lets its annotators see it. */

import { t } from "../../i18n";
import { Content } from "../../ui/Content";

export function Reference({ text, asWritten = false }: { text: string; asWritten?: boolean }) {
  return (
    <details className="reference" open>
      <summary>{t("Reference answer")}</summary>
      <div className="reference-text" tabIndex={0} role="region" aria-label={t("Text of the reference answer")}>
        <Content text={text} asWritten={asWritten} />
      </div>
    </details>
  );
}
