/** Which entries of the log are shown. The address is the search, so that a campaign's page leads to its own. */

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { api } from "../../api/client";
import { type Asked, kindName } from "../../domain/audit";
import { t } from "../../i18n";

interface Props {
  /** As the address says it. */
  asked: Asked;
  kinds: string[];
  onAsk: (asked: Asked) => void;
}

/** What a select offers: also what was asked for and is not there (any more). */
function offered(known: [value: string, name: string][], asked: string | undefined): [value: string, name: string][] {
  return !asked || known.some(([value]) => value === asked) ? known : [[asked, asked], ...known];
}

export function AuditFilters({ asked, kinds, onAsk }: Props) {
  const campaigns = useQuery({ queryKey: ["campaigns"], queryFn: api.campaigns });
  const [typed, setTyped] = useState(asked);
  // An address that changed by other means (back, a link) is shown.
  const [seen, setSeen] = useState(asked);
  if (JSON.stringify(asked) !== JSON.stringify(seen)) {
    setSeen(asked);
    setTyped(asked);
  }
  const text = (name: "actor" | "about") => ({
    value: typed[name] ?? "",
    autoComplete: "off",
    onChange: (event: { target: { value: string } }) => setTyped({ ...typed, [name]: event.target.value }),
  });
  const chosen = (name: "campaign" | "kind" | "from" | "to") => ({
    value: typed[name] ?? "",
    onChange: (event: { target: { value: string } }) => {
      const said = { ...typed, [name]: event.target.value };
      setTyped(said);
      onAsk(said);
    },
  });
  const options = (known: [string, string][], wanted: string | undefined) =>
    offered(known, wanted).map(([value, name]) => (
      <option key={value} value={value}>
        {name}
      </option>
    ));
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onAsk(typed);
  };
  return (
    <form className="row-form" onSubmit={submit} role="search" aria-label={t("Filter the log")}>
      <label>
        {t("Who")}
        <input {...text("actor")} />
      </label>
      <label>
        {t("Campaign")}
        <select {...chosen("campaign")}>
          <option value="">{t("all campaigns")}</option>
          {options((campaigns.data ?? []).map(({ slug, name }) => [slug, name]), typed.campaign)}
        </select>
      </label>
      <label>
        {t("About (a name)")}
        <input {...text("about")} />
      </label>
      <label>
        {t("What")}
        <select {...chosen("kind")}>
          <option value="">{t("everything")}</option>
          {options(kinds.map((kind) => [kind, kindName(kind)]), typed.kind)}
        </select>
      </label>
      <label>
        {t("From")}
        <input type="date" {...chosen("from")} />
      </label>
      <label>
        {t("To")}
        <input type="date" {...chosen("to")} />
      </label>
      <button type="submit" className="button primary">
        {t("Filter")}
      </button>
      <button type="button" className="button" onClick={() => onAsk({})}>
        {t("Show all")}
      </button>
    </form>
  );
}
