/** One labelled field with its hint, or in its place what is wrong with what was typed; and one that is ticked. */

import { createContext, type ReactNode, useContext, useId } from "react";

import type { CampaignForm, Problems, TextField } from "../../domain/newCampaign";

export interface FormProps {
  form: CampaignForm;
  wrong: Problems;
  set: (part: Partial<CampaignForm>) => void;
  /** The draft that is changed; none while a new one is made. */
  draft?: string | undefined;
}

export function typed({ form, set }: FormProps, field: TextField) {
  return {
    value: form[field],
    onChange: (event: { target: { value: string } }) => set({ [field]: event.target.value }),
  };
}

/** The language of what is said to be wrong, where it is not the page's: the server's sentences are English. */
export const ProblemLanguage = createContext<string | undefined>(undefined);

export function FieldProblem({ id, text }: { id?: string; text: string }) {
  return (
    <p id={id} className="field-problem" lang={useContext(ProblemLanguage)}>
      {text}
    </p>
  );
}

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
      {problem ? (
        <FieldProblem id={`${id}-hint`} text={problem} />
      ) : (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
    </div>
  );
}

interface TickProps {
  label: string;
  hint: string;
  problem: string | undefined;
  checked: boolean;
  onTick: (checked: boolean) => void;
}

export function Tick({ label, hint, problem, checked, onTick }: TickProps) {
  const id = useId();
  return (
    <div className="field">
      <label className="check tick">
        <input type="checkbox" checked={checked} aria-invalid={!!problem} aria-describedby={problem && id} onChange={(event) => onTick(event.target.checked)} />
        <span>
          {label} <span className="hint">{hint}</span>
        </span>
      </label>
      {problem && <FieldProblem id={id} text={problem} />}
    </div>
  );
}
