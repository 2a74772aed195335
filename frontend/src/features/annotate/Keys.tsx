/** The keys of the moment, for every button that has one: what it says, what it does, and what its badge shows. */

import { createContext, type ReactNode, useContext } from "react";

import type { Change } from "../../domain/kinds";
import { type Command, type KeyTable, keysOf, printed } from "../../keyboard";

export interface Keys {
  table: KeyTable;
  obey: (command: Command) => void;
  /** The command that was just obeyed, as JSON, so that its button can show it. */
  flash: string | null;
  disabled: boolean;
}

export const KeysContext = createContext<Keys>({ table: [], obey: () => undefined, flash: null, disabled: true });

export function useKeys(): Keys {
  return useContext(KeysContext);
}

function Badges({ command, most = 1 }: { command: Command; most?: number }) {
  const { table } = useKeys();
  const keys = keysOf(table, command).slice(0, most);
  if (keys.length === 0) return null;
  return (
    <span className="keys" aria-hidden="true">
      {keys.map((key) => (
        <kbd key={key}>{printed(key)}</kbd>
      ))}
    </span>
  );
}

interface Props {
  command: Command;
  children: ReactNode;
  className?: string;
  /** Undefined where the button is no choice that can stand. */
  pressed?: boolean | undefined;
  /** What is said of it where its words are too few. */
  label?: string;
  badges?: number;
  disabled?: boolean;
  /** Whether it is about the card in hand, and there must be one. */
  ofCard?: boolean;
}

/** A button that does what its key does. A pointer leaves the focus where it was, so that Enter still sends. */
export function Choice({ command, children, className = "", pressed, label, badges = 1, disabled = false, ofCard = true }: Props) {
  const keys = useKeys();
  const flashes = keys.flash === JSON.stringify(command) ? "is-flashing" : "";
  return (
    <button
      type="button"
      className={`choice ${className} ${pressed ? "is-chosen" : ""} ${flashes}`}
      aria-pressed={pressed}
      disabled={(ofCard && keys.disabled) || disabled}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => keys.obey(command)}
    >
      <span className="choice-name" aria-hidden={label !== undefined || undefined}>
        {children}
      </span>
      {label && <span className="visually-hidden">{label}</span>}
      <Badges command={command} most={badges} />
    </button>
  );
}

export function changing(change: Change): Command {
  return { kind: "change", change };
}
