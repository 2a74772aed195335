/** What to look for. Texts are taken over when somebody stops typing, so that a word is not searched letter by letter. */

import { useEffect, useId, useRef, useState } from "react";

import { type NumberField, RANGES, type Sort, SORTS } from "../../domain/explorer";
import { numberOf, problemOfNumber, typedAs } from "../../domain/typedNumber";
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

const trimmed = (text: string) => text.trim();
const asItIs = (text: string) => text;

/** `meant` is what the address says for what was typed; `written` is what would be typed for what it says. */
function useTyped(kept: string, take: (value: string) => void, meant = trimmed, written = asItIs) {
  const [typed, setTyped] = useState(written(kept));
  const latest = useRef(take);
  latest.current = take;
  // An address that changed by other means (back, a link) is shown; one's own typing is not disturbed by its echo.
  const [seen, setSeen] = useState(kept);
  if (kept !== seen) {
    setSeen(kept);
    if (meant(typed) !== kept.trim()) setTyped(written(kept));
  }
  const says = meant(typed);
  useEffect(() => {
    if (says === kept.trim()) return;
    const timer = setTimeout(() => latest.current(says), PAUSE);
    return () => clearTimeout(timer);
  }, [says, kept]);
  return { value: typed, onChange: (event: { target: { value: string } }) => setTyped(event.target.value) };
}

/** A number in the address is written as programs write it, and typed as its reader writes it. What is none, or not
 * yet, narrows nothing, and says so. */
function useTypedNumber(name: NumberField, { address, change }: Pick<Props, "address" | "change">) {
  const problemOf = (text: string) => (text.trim() ? problemOfNumber(text, RANGES[name]) : null);
  const meant = (text: string) => (text.trim() && !problemOf(text) ? String(numberOf(text)) : "");
  const field = useTyped(address.get(name) ?? "", (value) => change(name, value), meant, typedAs);
  return { field, problem: problemOf(field.value) };
}

interface RangeProps extends Pick<Props, "address" | "change"> {
  title: string;
  low: NumberField;
  high: NumberField;
  disabled: boolean;
}

function Range({ title, low, high, disabled, ...search }: RangeProps) {
  const [from, to] = [useTypedNumber(low, search), useTypedNumber(high, search)];
  const id = useId();
  const problem = from.problem ?? to.problem;
  const input = (label: string, side: typeof from) => (
    <input inputMode="decimal" maxLength={40} autoComplete="off" aria-label={label} aria-invalid={side.problem !== null} aria-describedby={side.problem ? id : undefined} {...side.field} />
  );
  return (
    <fieldset className="range" disabled={disabled}>
      <legend>{title}</legend>
      <span>
        {input(t("{{what}} from", { what: title }), from)}
        <span aria-hidden="true">–</span>
        {input(t("{{what}} up to", { what: title }), to)}
      </span>
      {problem && (
        <p id={id} className="field-problem" role="status">
          {problem}
        </p>
      )}
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
        <Range title={t("Steps")} low="step_min" high="step_max" {...ranges} />
        <Range title={t("Reward")} low="reward_min" high="reward_max" {...ranges} />
        <Range title={t("Uncertainty")} low="doubt_min" high="doubt_max" {...ranges} />
      </div>
      {!run && <p className="hint">{t("Steps, rewards and uncertainty are compared within one run: choose one to narrow by them.")}</p>}
    </form>
  );
}
