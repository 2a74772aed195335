/** Rollouts by word, run, step, reward, uncertainty and labels. The address is the search. */

import "../../styles/desk.css";

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";

import { api } from "../../api/client";
import { csv, desk, type RolloutRow } from "../../api/desk";
import { markedParts, queryOf, withField } from "../../domain/explorer";
import { count, decimal } from "../../domain/format";
import { t, tn } from "../../i18n";
import { CsvLink } from "../../ui/CsvLink";
import { ReasoningSign } from "../../ui/Judged";
import { Loading, Page, Problem } from "../../ui/parts";
import { Filters } from "./Filters";

function Marked({ text, words }: { text: string; words: string }) {
  return markedParts(text, words).map((part, at) => (at % 2 ? <mark key={at}>{part}</mark> : part));
}

function Row({ row, words, within }: { row: RolloutRow; words: string; within: string }) {
  return (
    <li className="found-row">
      <Link to={`/groups/${row.group}#rollout-${row.id}`}>
        <Marked text={row.prompt} words={within === "prompt" ? words : ""} />
      </Link>
      <p className="found-text">
        <ReasoningSign reasoning={row.reasoning} />
        <Marked text={row.completion} words={within === "prompt" ? "" : words} />
      </p>
      <div className="found-figures">
        <span>
          {t("reward")} <strong>{decimal(row.reward)}</strong>
        </span>
        {row.score && (
          <span>
            {t("score")} <strong>{decimal(row.score.mean)}</strong> ± {decimal(row.score.spread)}
          </span>
        )}
        <span>{t("{{run}}, step {{step}}", { run: row.run, step: row.step })}</span>
        <span>{tn(row.length, "{{n}} character", "{{n}} characters")}</span>
        {row.labels > 0 && <span className="badge badge-open">{tn(row.labels, "{{n}} label", "{{n}} labels")}</span>}
      </div>
    </li>
  );
}

export default function Explorer() {
  const [address, setAddress] = useSearchParams();
  const query = queryOf(address);
  const runs = useQuery({ queryKey: ["runs"], queryFn: api.runs });
  const found = useInfiniteQuery({
    queryKey: ["rollouts", query],
    queryFn: ({ pageParam }) => desk.rollouts(pageParam === null ? query : { ...query, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const rows = found.data?.pages.flatMap((page) => page.results) ?? [];
  const first = found.data?.pages[0];
  const change = (name: string, value: string) => setAddress((before) => withField(before, name, value), { replace: true });
  return (
    <Page title={t("Rollouts")} actions={<CsvLink href={csv.rollouts(query)} of={t("all rollouts found")} />}>
      <Filters address={address} runs={runs.data?.map((run) => run.name) ?? []} change={change} />
      {first?.model && (
        <p className="quiet">
          {t("Scores and uncertainty of {{model}}, version {{version}}.", { model: first.model, version: first.version ?? "–" })}{" "}
          {query.run && <Link to={`/runs/${encodeURIComponent(query.run)}`}>{t("How this run went")}</Link>}
        </p>
      )}
      {!!first?.waiting && query.q && (
        <p className="quiet">{tn(first.waiting, "{{n}} new rollout is not searchable yet.", "{{n}} new rollouts are not searchable yet.")}</p>
      )}
      {found.isPending && <Loading />}
      {found.isError && <Problem error={found.error} />}
      <p className="visually-hidden" role="status">
        {found.isSuccess && !found.isFetching && tn(rows.length, "{{n}} rollout shown", "{{n}} rollouts shown")}
      </p>
      {found.isSuccess && rows.length === 0 && <p className="quiet">{t("No rollout is like that.")}</p>}
      <ul className="found" aria-label={t("Rollouts found")}>
        {rows.map((row) => (
          <Row key={row.id} row={row} words={query.q ?? ""} within={query.within ?? "completion"} />
        ))}
      </ul>
      {found.hasNextPage && (
        <button type="button" className="button" onClick={() => void found.fetchNextPage()} disabled={found.isFetchingNextPage}>
          {t("More rollouts")} <span className="quiet">({count(rows.length)})</span>
        </button>
      )}
    </Page>
  );
}
