/** What to look for. Texts are taken over when somebody stops typing, so that a word is not searched letter by letter. */

import { useEffect, useRef, useState } from "react";

import { type NumberField, type Sort, SORTS } from "../../domain/explorer";
import { t } from "../../i18n";

const PAUSE = 350;

const SORT_NAMES = {
  newest: "Newest first",
  oldest: "Oldest first",
  highest_reward: "Highest reward first",
  lowest_reward: "Lowest reward first",
  most_doubted: "Most uncertain first",
  least_doubted: "Least uncertain first",
} as const satisfies Record<Sort, string>;

interface Props {
  address: URLSearchParams;
  runs: string[];
  change: (name: string, value: string) => void;
}

function useTyped(kept: string, take: (value: string) => void) {
  const [typed, setTyped] = useState(kept);
  const latest = useRef(take);
  latest.current = take;
  // An address that changed by other means (back, a link) is shown; one's own typing is not disturbed by its echo.
  const [seen, setSeen] = useState(kept);
  if (kept !== seen) {
    setSeen(kept);
    setTyped(kept);
  }
  useEffect(() => {
    if (typed.trim() === kept.trim()) return;
    const timer = setTimeout(() => latest.current(typed.trim()), PAUSE);
    return () => clearTimeout(timer);
  }, [typed, kept]);
  return { value: typed, onChange: (event: { target: { value: string } }) => setTyped(event.target.value) };
}

interface RangeProps extends Pick<Props, "address" | "change"> {
  title: string;
  low: NumberField;
  high: NumberField;
  step: string;
  disabled: boolean;
}

function Range({ title, low, high, step, disabled, address, change }: RangeProps) {
  const from = useTyped(address.get(low) ?? "", (value) => change(low, value));
  const to = useTyped(address.get(high) ?? "", (value) => change(high, value));
  return (
    <fieldset className="range" disabled={disabled}>
      <legend>{title}</legend>
      <span>
        <input type="number" step={step} inputMode="decimal" aria-label={t("{{what}} from", { what: title })} {...from} />
        <span aria-hidden="true">–</span>
        <input type="number" step={step} inputMode="decimal" aria-label={t("{{what}} up to", { what: title })} {...to} />
      </span>
    </fieldset>
  );
}

export function Filters({ address, runs, change }: Props) {
  const words = useTyped(address.get("q") ?? "", (value) => change("q", value));
  const run = address.get("run") ?? "";
  const ranges = { address, change, disabled: !run };
  return (
    <form className="panel" role="search" onSubmit={(event) => event.preventDefault()}>
      <div className="filters">
        <label className="filter-wide">
          {t("Words")}
          <input type="search" maxLength={500} placeholder={t("all of these words")} {...words} />
        </label>
        <label>
          {t("Words of")}
          <select value={address.get("within") ?? ""} onChange={(event) => change("within", event.target.value)}>
            <option value="">{t("completions")}</option>
            <option value="prompt">{t("prompts")}</option>
          </select>
        </label>
        <label>
          {t("Run")}
          <select value={run} onChange={(event) => change("run", event.target.value)}>
            <option value="">{t("all runs")}</option>
            {(runs.includes(run) || !run ? runs : [run, ...runs]).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          {t("Labels")}
          <select value={address.get("labelled") ?? ""} onChange={(event) => change("labelled", event.target.value)}>
            <option value="">{t("with and without")}</option>
            <option value="yes">{t("labelled")}</option>
            <option value="no">{t("not labelled")}</option>
          </select>
        </label>
        <label>
          {t("Order")}
          <select value={address.get("sort") ?? ""} onChange={(event) => change("sort", event.target.value)}>
            {SORTS.filter((sort) => run || sort === "newest" || sort === "oldest").map((sort) => (
              <option key={sort} value={sort === "newest" ? "" : sort}>
                {t(SORT_NAMES[sort])}
              </option>
            ))}
          </select>
        </label>
        <Range title={t("Steps")} low="step_min" high="step_max" step="1" {...ranges} />
        <Range title={t("Reward")} low="reward_min" high="reward_max" step="any" {...ranges} />
        <Range title={t("Uncertainty")} low="doubt_min" high="doubt_max" step="any" {...ranges} />
      </div>
      {!run && <p className="hint">{t("Steps, rewards and uncertainty are compared within one run: choose one to narrow by them.")}</p>}
    </form>
  );
}
