/** Every key that works now, printed from the table that the keys are read from. */

import { t } from "../../i18n";
import { type KeyTable, sheetOf } from "../../keyboard";
import { Dialog } from "../../ui/parts";

interface Props {
  table: KeyTable;
  keysOn: boolean;
  onKeysOn: (on: boolean) => void;
  onClose: () => void;
}

export function KeySheet({ table, keysOn, onKeysOn, onClose }: Props) {
  return (
    <Dialog title={t("Keys")} onClose={onClose}>
      {table.map((group) => (
        <section key={group.title}>
          <h3>{group.title}</h3>
          <dl className="key-sheet">
            {sheetOf(group.rows).map(({ meaning, keys }) => (
              <div key={meaning}>
                <dt>
                  {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <label className="check">
        <input type="checkbox" checked={keysOn} onChange={(event) => onKeysOn(event.target.checked)} />
        {t("Single-key shortcuts")}
      </label>
    </Dialog>
  );
}
