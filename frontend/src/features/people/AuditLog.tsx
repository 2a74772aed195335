/** Every change of what matters, newest first: who, what, from where, what it was and what it is. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";

import { type AuditEntry, type AuditFilters, people } from "../../api/people";
import { changes, kindName, LONG } from "../../domain/audit";
import { when } from "../../domain/format";
import { t, tn } from "../../i18n";
import { Loading, Page, Problem } from "../../ui/parts";

export default function AuditLog() {
  const [filters, setFilters] = useState<AuditFilters>({});
  const log = useInfiniteQuery({
    queryKey: ["audit", filters],
    queryFn: ({ pageParam }) => people.audit(filters, pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
  const entries = log.data?.pages.flatMap((page) => page.results) ?? [];
  return (
    <Page
      title={t("Audit log")}
      actions={
        <a className="button" href={people.auditCsvUrl(filters)} download>
          {t("Download as CSV")}
        </a>
      }
    >
      <Filters kinds={log.data?.pages[0]?.kinds ?? []} onChange={setFilters} />
      {log.isPending && <Loading />}
      {log.isError && <Problem error={log.error} />}
      {log.isSuccess && entries.length === 0 && <p className="quiet">{t("Nothing on record fits.")}</p>}
      {entries.length > 0 && (
        <div className="table-box" role="region" aria-label={t("Audit log")} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("When")}</th>
                <th scope="col">{t("Who")}</th>
                <th scope="col">{t("What")}</th>
                <th scope="col">{t("About")}</th>
                <th scope="col">{t("Change")}</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <Row key={entry.id} entry={entry} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {log.hasNextPage && (
        <button type="button" className="button more" onClick={() => void log.fetchNextPage()} disabled={log.isFetchingNextPage}>
          {t("Older entries")}
        </button>
      )}
    </Page>
  );
}

function Filters({ kinds, onChange }: { kinds: string[]; onChange: (filters: AuditFilters) => void }) {
  const apply = (form: HTMLFormElement) => {
    const said = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
    onChange(Object.fromEntries(said.filter(([, value]) => value)) as AuditFilters);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    apply(event.currentTarget);
  };
  return (
    <form className="row-form" onSubmit={submit} onReset={() => onChange({})} role="search" aria-label={t("Filter the log")}>
      <label>
        {t("Who")}
        <input name="actor" autoComplete="off" />
      </label>
      <label>
        {t("About (a name)")}
        <input name="about" autoComplete="off" />
      </label>
      <label>
        {t("What")}
        <select name="kind" onChange={(event) => event.target.form && apply(event.target.form)}>
          <option value="">{t("everything")}</option>
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {kindName(kind)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" className="button primary">
        {t("Filter")}
      </button>
      <button type="reset" className="button">
        {t("Show all")}
      </button>
    </form>
  );
}

function folded(text: string): ReactNode {
  if (text.length <= LONG) return text;
  return (
    <details>
      <summary>{tn(text.length, "{{n}} character", "{{n}} characters")}</summary>
      {text}
    </details>
  );
}

function Row({ entry }: { entry: AuditEntry }) {
  return (
    <tr>
      <td className="nowrap">
        <time dateTime={entry.at}>{when(entry.at)}</time>
      </td>
      <th scope="row" className="audit-who">
        {entry.actor || <span className="quiet">{t("nobody signed in")}</span>}
        {entry.address && <span className="cell-detail">{entry.address}</span>}
      </th>
      <td title={entry.kind}>{kindName(entry.kind)}</td>
      <td>{entry.name || "–"}</td>
      <td>
        <ul className="changes">
          {changes(entry.old, entry.new).map(({ field, was, is }) => (
            <li key={field}>
              <span className="quiet">{field}</span> {was !== null && <del>{folded(was)}</del>} {is !== null && <ins>{folded(is)}</ins>}
            </li>
          ))}
        </ul>
      </td>
    </tr>
  );
}
