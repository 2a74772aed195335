/** Every change of what matters, newest first: who, what, from where, what it was and what it is. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";

import { type AuditEntry, type AuditFilters, people } from "../../api/people";
import { type Change, changes, kindName, LONG, MANY, withDays } from "../../domain/audit";
import { dated } from "../../domain/format";
import { t, tn } from "../../i18n";
import { Loading, Page, Problem } from "../../ui/parts";
import { Table, TableRow } from "../../ui/Table";

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
        <Table name={t("Audit log")} heads={[t("When"), t("Who"), t("What"), t("About"), t("Change")]} className="audit">
          {entries.map((entry) => (
            <Row key={entry.id} entry={entry} />
          ))}
        </Table>
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
    onChange(withDays(Object.fromEntries(said.filter(([, value]) => value))));
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
      <label>
        {t("From")}
        <input name="from" type="date" onChange={(event) => event.target.form && apply(event.target.form)} />
      </label>
      <label>
        {t("To")}
        <input name="to" type="date" onChange={(event) => event.target.form && apply(event.target.form)} />
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

function Fields({ fields }: { fields: Change[] }) {
  return (
    <ul className="changes">
      {fields.map(({ field, was, is }) => (
        <li key={field}>
          <span className="quiet">{field}</span> {was !== null && <del>{folded(was)}</del>} {is !== null && <ins>{folded(is)}</ins>}
        </li>
      ))}
    </ul>
  );
}

function Changed({ entry }: { entry: AuditEntry }) {
  const fields = changes(entry.old, entry.new);
  return (
    <>
      <Fields fields={fields.slice(0, MANY)} />
      {fields.length > MANY && (
        <details>
          <summary>{tn(fields.length - MANY, "{{n}} more", "{{n}} more")}</summary>
          <Fields fields={fields.slice(MANY)} />
        </details>
      )}
    </>
  );
}

function Row({ entry }: { entry: AuditEntry }) {
  return (
    <TableRow
      cells={[
        <time dateTime={entry.at}>{dated(entry.at)}</time>,
        <>
          {entry.actor ? <strong>{entry.actor}</strong> : <span className="quiet">{t("nobody signed in")}</span>}
          {entry.address && <span className="cell-detail">{entry.address}</span>}
        </>,
        <span title={entry.kind}>{kindName(entry.kind)}</span>,
        entry.name || "–",
        <Changed entry={entry} />,
      ]}
    />
  );
}
