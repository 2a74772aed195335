/** The prompt above the answers: folded to a part of the window, whole on demand. */

import { useRef, useState } from "react";

import type { Text } from "../../api/types";
import { t } from "../../i18n";
import { Content } from "../../ui/Content";
import { useOverflow } from "./useOverflow";

export function Prompt({ text, asWritten = false }: { text: Text; asWritten?: boolean }) {
  const section = useRef<HTMLElement>(null);
  const [whole, setWhole] = useState(false);
  const overflows = useOverflow(section, ".prompt-box", [text, whole, asWritten]);
  const scrolls = overflows ? { tabIndex: 0, role: "region", "aria-label": t("Prompt text") } : {};
  return (
    <section ref={section} className={whole ? "prompt is-whole" : "prompt"} aria-label={t("Prompt")}>
      <div className="prompt-box" {...scrolls}>
        <Content text={text} asWritten={asWritten} />
      </div>
      {(overflows || whole) && (
        <button type="button" className="button quiet-button fold" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? t("Fold the prompt") : t("Show the whole prompt")}
        </button>
      )}
    </section>
  );
}
