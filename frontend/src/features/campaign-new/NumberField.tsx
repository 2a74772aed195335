/** A field for a number, held to the range that the check before sending holds it to. */

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
  const { least, most, whole, optional } = rangeOf(field);
  return (
    <Field label={label} hint={hint} problem={props.wrong[field]}>
      {(ids) => (
        <input
          {...ids}
          {...typed(props, field)}
          type="number"
          min={least}
          max={most}
          step={whole ? 1 : "any"}
          inputMode={whole ? "numeric" : "decimal"}
          required={!optional}
          placeholder={proposed}
        />
      )}
    </Field>
  );
}
