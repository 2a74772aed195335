/** One labelled field with its hint, or in its place what is wrong with what was typed. */

import { type ReactNode, useId } from "react";

interface FieldProps {
  label: string;
  hint?: ReactNode;
  problem?: string | undefined;
  children: (ids: { id: string; "aria-describedby": string; "aria-invalid": boolean }) => ReactNode;
}

export function Field({ label, hint, problem, children }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": `${id}-hint`, "aria-invalid": !!problem })}
      <p id={`${id}-hint`} className={problem ? "field-problem" : "hint"}>
        {problem ?? hint}
      </p>
    </div>
  );
}
