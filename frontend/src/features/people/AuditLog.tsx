/** Every change of what matters, newest first: who, what, from where, what it was and what it is. */

import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useSearchParams } from "react-router";

import { type AuditEntry, people } from "../../api/people";
import { addressOf, askedOf, type Change, changes, kindName, LONG, MANY, withDays } from "../../domain/audit";
import { dated } from "../../domain/format";
import { t, tn } from "../../i18n";
import { Loading, Page, Problem } from "../../ui/parts";
import { Table, TableRow } from "../../ui/Table";
import { AuditFilters } from "./AuditFilters";

export default function AuditLog() {
  const [address, setAddress] = useSearchParams();
  const asked = askedOf(address);
  const filters = withDays(asked);
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
      <AuditFilters asked={asked} kinds={log.data?.pages[0]?.kinds ?? []} onAsk={(said) => setAddress(addressOf(said), { replace: true })} />
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
