/** A field for words on the desk. Escape leaves it, Ctrl+Enter sends; every other key belongs to the text. */

import { type KeyboardEvent, type RefObject, useEffect, useRef } from "react";

import { useKeys } from "../Keys";

interface Props {
  label: string;
  value: string;
  placeholder?: string;
  onChange: (text: string) => void;
}

export const EDITOR = "judging-editor";

/** Where `i` puts the caret: behind the last word. */
export function enterEditor(): void {
  const field = document.getElementById(EDITOR);
  if (!(field instanceof HTMLTextAreaElement)) return;
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

/** As high as its text, as far as its place allows. */
function useHeight(field: RefObject<HTMLTextAreaElement | null>, value: string): void {
  useEffect(() => {
    const own = field.current;
    if (!own || CSS.supports("field-sizing", "content")) return;
    own.style.height = "auto";
    own.style.height = `${own.scrollHeight + 2}px`;
  }, [field, value]);
}

export function Editor({ label, value, placeholder, onChange }: Props) {
  const { obey } = useKeys();
  const field = useRef<HTMLTextAreaElement>(null);
  useHeight(field, value);
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") event.currentTarget.blur();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      obey({ kind: "submit" });
    }
  };
  return (
    <textarea
      ref={field}
      id={EDITOR}
      className="editor"
      dir="auto"
      translate="no"
      aria-label={label}
      value={value}
      placeholder={placeholder}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}
