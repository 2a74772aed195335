/** Small pieces that every page uses. None of them knows a domain rule or makes a request. */

import { type ReactNode, useEffect, useId, useRef } from "react";

import { count } from "../domain/format";
import { stateName } from "../domain/names";
import { refusalOf } from "../domain/refusals";
import { t } from "../i18n";
import { useKeptFocus } from "./useKeptFocus";

export function Page({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Tiebreak`;
  }, [title]);
  const main = useRef<HTMLElement>(null);
  // The link that led here is gone; without this the keyboard would start at the top of the document again.
  useEffect(() => {
    if (document.activeElement === document.body) main.current?.focus({ preventScroll: true });
  }, []);
  useKeptFocus(main);
  return (
    <main id="main" className="page" ref={main} tabIndex={-1}>
      <div className="page-head">
        <h1>{title}</h1>
        {actions && <div className="actions">{actions}</div>}
      </div>
      {children}
    </main>
  );
}

interface PanelProps {
  title: string;
  aside?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

export function Panel({ title, aside, wide = false, children }: PanelProps) {
  const id = useId();
  return (
    <section className={wide ? "panel panel-wide" : "panel"} aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

export function Loading() {
  return (
    <p className="quiet" role="status">
      {t("Loading…")}
    </p>
  );
}

/** A page that is not here yet. */
export function Waiting() {
  return (
    <main id="main" className="page">
      <Loading />
    </main>
  );
}

export function Problem({ error }: { error: unknown }) {
  const { text, english } = refusalOf(error);
  return (
    <p className="problem" role="alert">
      {text}
      {text && english && " "}
      {english && <span lang="en">{english}</span>}
    </p>
  );
}

export function Badge({ state }: { state: string }) {
  return <span className={`badge badge-${state}`}>{stateName(state)}</span>;
}

export function Stat({ label, value, detail }: { label: string; value: ReactNode; detail?: ReactNode }) {
  return (
    <div className="stat">
      <dt>{label}</dt>
      <dd>
        <span className="stat-value">{value}</span>
        {detail && <span className="stat-detail">{detail}</span>}
      </dd>
    </div>
  );
}

/** A bar of named shares; the legend says the numbers, so colour is never the only carrier. */
export function ShareBar({ parts }: { parts: { name: string; value: number; tone: string }[] }) {
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  return (
    <div className="share">
      <div className="share-bar" aria-hidden="true">
        {parts.map((part) => (
          <span key={part.name} className={`tone-${part.tone}`} style={{ flexGrow: total ? part.value : 0 }} />
        ))}
      </div>
      <ul className="legend">
        {parts.map((part) => (
          <li key={part.name}>
            <span className={`dot tone-${part.tone}`} aria-hidden="true" />
            {part.name} <strong>{count(part.value)}</strong>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Progress({ value, label }: { value: number; label: string }) {
  return <progress className="progress" max={1} value={value} aria-label={label} />;
}

interface DialogProps {
  title: string;
  /** What the button that leaves everything as it is says, where "Close" could be misread. */
  dismiss?: string;
  onClose: () => void;
  children: ReactNode;
}

export function Dialog({ title, dismiss = t("Close"), onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
  }, []);
  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => event.target === ref.current && ref.current?.close()}
    >
      <div className="dialog-body">
        <div className="panel-head">
          <h2 id={id}>{title}</h2>
          <button type="button" className="button quiet-button" onClick={() => ref.current?.close()}>
            {dismiss}
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
