import { KEY_SHEET } from "../../keyboard";
import { Dialog } from "../../ui/parts";

interface Props {
  keysOn: boolean;
  onKeysOn: (on: boolean) => void;
  onClose: () => void;
}

export function KeySheet({ keysOn, onKeysOn, onClose }: Props) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      {KEY_SHEET.map((group) => (
        <section key={group.title}>
          <h3>{group.title}</h3>
          <dl className="key-sheet">
            {group.rows.map(([keys, meaning]) => (
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
        Single-key shortcuts
      </label>
    </Dialog>
  );
}
