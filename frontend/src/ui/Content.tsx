/**
 * A prompt or completion: plain text or chat turns, with reasoning folded away.
 *
 * The rich renderer loads on demand and only where a text may be laid out; as written, nothing but text is needed.
 */

import { Component, lazy, memo, type ReactNode, Suspense, useMemo, useState } from "react";

import type { Text } from "../api/types";
import { roleName } from "../domain/messages";
import { countHidden, hasPiles } from "../domain/reading/hidden";
import { languageOf } from "../domain/reading/script";
import { type Part, type Turn, turnsOf } from "../domain/reading/turns";
import { t, tn } from "../i18n";
import { usePageWords } from "./language";
import { PlainText } from "./PlainText";

const load = () => import("./RichText");
const RichText = lazy(load);

/** Lay out beforehand what is going to be read next. */
export async function prepareRichText(text: Text): Promise<void> {
  const { prepare } = await load();
  const parts = turnsOf(text).flatMap((turn) => turn.parts);
  if (isTooLong(parts.map((part) => part.text).join(""))) return;
  for (const part of parts.slice(0, 20)) if (part.kind === "text") await prepare(part.text);
}

/** Beyond this, building elements would hold the page up; the text is then shown as it is. */
const LONGEST_RICH_TEXT = 60_000;

function isTooLong(text: string): boolean {
  return text.length > LONGEST_RICH_TEXT;
}

/** Shared by texts that must be folded alike. */
export interface Fold {
  open: boolean;
  onToggle: () => void;
}

/** What cannot be laid out is shown as written: a text must never take the page with it. */
class AsWrittenOnError extends Component<{ text: string; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <>
        <p className="reading-note">{t("This text cannot be laid out. It is shown as it was written.")}</p>
        <PlainText text={this.props.text} />
      </>
    );
  }
}

function Body({ text, asWritten }: { text: string; asWritten: boolean }) {
  if (asWritten) return <PlainText text={text} />;
  return (
    <AsWrittenOnError key={text} text={text}>
      <Suspense fallback={<PlainText text={text} />}>
        <RichText text={text} />
      </Suspense>
    </AsWrittenOnError>
  );
}

function howMany(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

function Reasoning({ part, fold, asWritten }: { part: Part; fold: Fold; asWritten: boolean }) {
  const words = usePageWords();
  const length = useMemo(() => howMany(part.text), [part.text]);
  return (
    <div className="reasoning">
      <button type="button" className="reasoning-fold" aria-expanded={fold.open} onClick={fold.onToggle} {...words}>
        <span aria-hidden="true">{fold.open ? "▾" : "▸"}</span>
        <span>{part.unfinished ? t("Reasoning, never finished") : t("Reasoning")}</span>
        <span className="reasoning-length">{tn(length, "{{n}} word", "{{n}} words")}</span>
      </button>
      {fold.open && (
        <div className="reasoning-text">
          <Body text={part.text} asWritten={asWritten} />
        </div>
      )}
    </div>
  );
}

function Parts({ turn, fold, asWritten }: { turn: Turn; fold: Fold; asWritten: boolean }) {
  return turn.parts.map((part, index) =>
    part.kind === "reasoning" ? (
      <Reasoning key={index} part={part} fold={fold} asWritten={asWritten} />
    ) : (
      <Body key={index} text={part.text} asWritten={asWritten} />
    ),
  );
}

interface About {
  long: boolean;
  piled: boolean;
  hidden: number;
  language: string;
}

/** What a reader should know before trusting their eyes. */
function Remarks({ long, piled, hidden, asWritten }: Omit<About, "language"> & { asWritten: boolean }) {
  const words = usePageWords();
  const remarks = [
    piled && !asWritten && t("Marks are piled on letters in this text. It is shown as it was written, with the piles named."),
    long && !asWritten && t("This text is very long. It is shown as it was written, without layout."),
    hidden > 0 && tn(hidden, "This text holds {{n}} hidden character, named where it is shown as written.", "This text holds {{n}} hidden characters, named where it is shown as written."),
  ].filter((remark) => remark !== false);
  return remarks.map((remark) => (
    <p key={remark} className="reading-note" {...words}>
      {remark}
    </p>
  ));
}

interface Props {
  text: Text;
  asWritten?: boolean;
  reasoning?: Fold;
  /** Words of the campaign's own people: those a browser may translate. */
  ours?: boolean;
}

export const Content = memo(function Content({ text, asWritten = false, reasoning, ours = false }: Props) {
  const [open, setOpen] = useState(false);
  const fold = reasoning ?? { open, onToggle: () => setOpen(!open) };
  const turns = useMemo(() => turnsOf(text), [text]);
  const about = useMemo((): About => {
    const all = turns.flatMap((turn) => turn.parts.map((part) => part.text)).join("\n");
    return { long: isTooLong(all), piled: hasPiles(all), hidden: countHidden(all), language: languageOf(all) };
  }, [turns]);
  const plain = asWritten || about.long || about.piled;
  return (
    <div className="content" {...(ours ? {} : { lang: about.language, translate: "no" as const })}>
      <Remarks {...about} asWritten={asWritten} />
      {turns.map((turn, index) =>
        turn.role ? (
          <div key={index} className={`turn turn-${turn.role === "user" ? "user" : "other"}`} dir="auto">
            <span className="turn-role" dir="auto">
              {roleName(turn.role)}
            </span>
            <Parts turn={turn} fold={fold} asWritten={plain} />
          </div>
        ) : (
          <Parts key={index} turn={turn} fold={fold} asWritten={plain} />
        ),
      )}
    </div>
  );
});
