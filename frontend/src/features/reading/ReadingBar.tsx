/** The switches of reading: each tells its state, works for every pane at once, and has a key. */

import { t } from "../../i18n";
import type { Reading, ReadingCommand } from "./useReading";

interface SwitchProps {
  on: boolean;
  command: ReadingCommand;
  letter: string;
  label: string;
  obey: Reading["obey"];
}

function Switch({ on, command, letter, label, obey }: SwitchProps) {
  return (
    <button type="button" className="button quiet-button reading-switch" aria-pressed={on} onClick={() => obey(command)}>
      {label} <kbd aria-hidden="true">{letter}</kbd>
    </button>
  );
}

function Base({ reading, names }: { reading: Reading; names: string[] }) {
  return (
    <label className="reading-base">
      {t("with")}
      <select value={reading.base} onChange={(event) => reading.compareWith(Number(event.target.value))}>
        {names.map((name, place) => (
          <option key={name} value={place}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface Props {
  reading: Reading;
  names: string[];
  /** Where something stands in place of the texts, their words cannot be compared or shown otherwise. */
  textShown: boolean;
}

export function ReadingBar({ reading, names, textShown }: Props) {
  const { obey } = reading;
  const several = names.length > 1;
  return (
    <div className="reading-bar" role="group" aria-label={t("How the answers are shown")}>
      {textShown && reading.hasReasoning && (
        <Switch on={reading.reasoningOpen} command="reasoning" letter="R" label={t("Reasoning")} obey={obey} />
      )}
      {textShown && several && <Switch on={reading.comparing} command="compare" letter="D" label={t("Differences")} obey={obey} />}
      {textShown && reading.comparing && names.length > 2 && <Base reading={reading} names={names} />}
      {textShown && <Switch on={reading.asWritten} command="as_written" letter="W" label={t("As written")} obey={obey} />}
      {several && <Switch on={reading.together} command="together" letter="Y" label={t("Scroll together")} obey={obey} />}
    </div>
  );
}
