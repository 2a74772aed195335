/** A field for a number. It holds whatever is typed: a browser's own number field forgets what it cannot read, and
 * which decimal sign it can read depends on the browser's language. Checked before sending. */

import type { ReactNode } from "react";

import { type NumberName, rangeOf } from "../../domain/newRanges";
import { Field, type FormProps, typed } from "./Field";

interface Props extends FormProps {
  field: NumberName;
  label: string;
  hint?: ReactNode;
  /** What holds while the field is empty. */
  proposed?: string;
}

export function NumberField({ field, label, hint, proposed, ...props }: Props) {
  const { least, whole, optional } = rangeOf(field);
  return (
    <Field label={label} hint={hint} problem={props.wrong[field]}>
      {(ids) => (
        <input
          {...ids}
          {...typed(props, field)}
          inputMode={least < 0 ? "text" : whole ? "numeric" : "decimal"}
          maxLength={40}
          required={!optional}
          autoComplete="off"
          placeholder={proposed}
        />
      )}
    </Field>
  );
}
