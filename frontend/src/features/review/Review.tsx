/** Going through answers a second time: find those worth it, accept them, or return them with a note. */

import "../../styles/desk.css";

import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useRef, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";

import { csv, desk, type ReadAnswer, type ReviewQuery } from "../../api/desk";
import type { User } from "../../api/types";
import { reasonInWords, type SkipReason } from "../../domain/answers";
import { type Answer, type Form, inWords } from "../../domain/form";
import { seconds, when } from "../../domain/format";
import { letter } from "../../domain/kinds/kind";
import { asked, summary } from "../../domain/messages";
import { stateName, streamName, STREAMS } from "../../domain/names";
import { t, tn } from "../../i18n";
import { Content } from "../../ui/Content";
import { CsvLink } from "../../ui/CsvLink";
import { Judged } from "../../ui/Judged";
import { Badge, Page, Problem, Waiting } from "../../ui/parts";
import { outOfReach, Stopped } from "../../ui/Stopped";
import { useCampaign } from "../campaigns/useCampaign";
import { CampaignNav } from "../dashboard/CampaignNav";
import { FromAnswer } from "../gold/FromAnswer";

const STATES = { "": "read or not", waiting: "wait to be read", unread: "nobody has read", accepted: "accepted", returned: "returned", corrected: "corrected after return" } as const;
const ANY_STREAM = { "": "all streams", ...STREAMS } as const;
const CHECKS = { flagged: "Flagged", disputed: "Disputed by somebody else", fast: "Unusually fast for that person", skipped: "Passed" } as const;

/** The search in the address; what makes no sense there is left out. */
function queryOf(address: URLSearchParams): ReviewQuery {
  const query: ReviewQuery = {};
  const annotator = address.get("annotator")?.trim();
  if (annotator) query.annotator = annotator;
  const state = address.get("state");
  if (state === "waiting" || state === "unread" || state === "accepted" || state === "returned" || state === "corrected") query.state = state;
  const stream = Object.keys(STREAMS).find((one): one is keyof typeof STREAMS => one === address.get("stream"));
  if (stream) query.stream = stream;
  for (const check of Object.keys(CHECKS) as (keyof typeof CHECKS)[]) if (address.get(check) === "yes") query[check] = true;
  return query;
}

function Filters({ people }: { people: string[] }) {
  const [address, setAddress] = useSearchParams();
  const change = (name: string, value: string) =>
    setAddress(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const chooser = <Choices extends Record<string, string>>(name: string, title: string, choices: Choices, written: (key: keyof Choices) => string) => (
    <label>
      {title}
      <select value={address.get(name) ?? ""} onChange={(event) => change(name, event.target.value)}>
        {Object.keys(choices).map((value) => (
          <option key={value} value={value}>
            {written(value)}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <form className="panel filters" role="search" onSubmit={(event) => event.preventDefault()}>
      {chooser("annotator", t("Annotator"), Object.fromEntries([["", ""], ...people.map((name) => [name, name])]), (name) => String(name) || t("everybody"))}
      {chooser("state", t("Which"), STATES, (state) => t(STATES[state]))}
      {chooser("stream", t("Stream"), ANY_STREAM, (stream) => t(ANY_STREAM[stream]))}
      {(Object.keys(CHECKS) as (keyof typeof CHECKS)[]).map((check) => (
        <label key={check} className="check">
          <input type="checkbox" checked={address.get(check) === "yes"} onChange={(event) => change(check, event.target.checked ? "yes" : "")} />
          {t(CHECKS[check])}
        </label>
      ))}
    </form>
  );
}

function said(form: Form, { answer, skip }: { answer: unknown; skip: string }): string {
  return skip ? t("Passed: {{reason}}", { reason: reasonInWords(skip as SkipReason) }) : inWords(form, answer as Answer);
}

/** Whoever has judged one answer by keyboard goes on with the next: on the same button of the card below it. */
function toTheNext(button: HTMLElement): void {
  const all = [...document.querySelectorAll<HTMLElement>(".read-act")];
  const next = all[all.findIndex((one) => one.contains(button)) + 1];
  next?.querySelectorAll<HTMLElement>("button")[button.classList.contains("primary") ? 0 : 1]?.focus();
}

function Verdict({ one, slug }: { one: ReadAnswer; slug: string }) {
  const client = useQueryClient();
  const [note, setNote] = useState("");
  const [missing, setMissing] = useState(false);
  const hint = useId();
  const act = useRef<HTMLDivElement>(null);
  const give = useMutation({
    mutationFn: (verdict: "accepted" | "returned") => desk.review(one.annotation, verdict, note),
    onMutate: () => document.activeElement,
    onSuccess: (_given, _verdict, button) => {
      setNote("");
      if (button instanceof HTMLElement && act.current?.contains(button)) toTheNext(button);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["answers", slug] }),
  });
  const giveBack = () => {
    setMissing(!note.trim());
    if (note.trim()) give.mutate("returned");
  };
  return (
    <>
      <div className="read-act" ref={act}>
        <label>
          {t("Note to the author")}
          <textarea
            rows={2}
            maxLength={10_000}
            value={note}
            aria-invalid={missing}
            aria-describedby={missing ? hint : undefined}
            onChange={(event) => {
              setNote(event.target.value);
              setMissing(false);
            }}
          />
        </label>
        <button type="button" className="button primary" onClick={() => give.mutate("accepted")} disabled={give.isPending}>
          {t("Accept")}
        </button>
        <button type="button" className="button" onClick={giveBack} disabled={give.isPending}>
          {t("Return to {{name}}", { name: one.annotator })}
        </button>
      </div>
      {missing && (
        <p className="field-problem" id={hint} role="alert">
          {t("Say what is to be corrected: {{name}} will read it.", { name: one.annotator })}
        </p>
      )}
      {give.isError && <Problem error={give.error} />}
    </>
  );
}

function Read({ one, form, slug, reader, manages }: { one: ReadAnswer; form: Form; slug: string; reader: string; manages: boolean }) {
  const newest = one.reviews.at(-1);
  const title = useId();
  return (
    <article className="panel read-answer" aria-labelledby={title}>
      <div className="panel-head">
        <h2 id={title}><Judged text={summary(asked(one.prompt), 140)} /></h2>
        {newest && <Badge state={newest.verdict} />}
      </div>
      <p className="read-said">{said(form, one)}</p>
      <p className="answer-facts">
        <span>{one.annotator}</span>
        <span>{when(one.at)}</span>
        <span>{seconds(one.active_ms)}</span>
        <span>{streamName(one.stream)}</span>
        {one.flagged && <span className="badge badge-queued">{t("flagged")}</span>}
        {one.corrects !== null && <span className="badge">{t("a correction")}</span>}
        <Link to={`/groups/${one.group}`}>{t("The whole group")}</Link>
      </p>
      {one.comment && <p>“{one.comment}”</p>}
      <div className="read-sides">
        {one.completions.map(({ rollout, text }, place) => {
          const name = letter(place);
          return (
            <div key={rollout} className="read-side" role="region" aria-label={t("Text of answer {{name}}", { name: `${name}, ${one.annotation}` })} tabIndex={0}>
              <h3>{name}</h3>
              <Content text={text} />
            </div>
          );
        })}
      </div>
      {one.others.length > 0 && (
        <ul className="read-notes">
          {one.others.map((other) => (
            <li key={other.annotation}>
              {t("{{name}} says:", { name: other.annotator })} <strong>{said(form, other)}</strong>
            </li>
          ))}
        </ul>
      )}
      {one.reviews.length > 0 && (
        <ul className="read-notes">
          {one.reviews.map((review, at) => (
            <li key={at}>
              {review.reviewer}: {stateName(review.verdict)}, {when(review.at)}
              {review.note && <> – {review.note}</>}
            </li>
          ))}
        </ul>
      )}
      {one.annotator === reader ? <p className="quiet">{t("Somebody else reads your answers.")}</p> : <Verdict one={one} slug={slug} />}
      {manages && !one.skip && <FromAnswer slug={slug} annotation={one.annotation} words={said(form, one)} />}
    </article>
  );
}

export default function Review({ user }: { user: User }) {
  const { slug = "" } = useParams();
  const [address] = useSearchParams();
  const query = queryOf(address);
  const campaign = useCampaign(slug);
  const manages = campaign.data?.annotators !== undefined;
  const answers = useInfiniteQuery({
    queryKey: ["answers", slug, query],
    queryFn: ({ pageParam }) => desk.answers(slug, pageParam === null ? query : { ...query, after: pageParam }),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
  const shown = answers.data?.pages.flatMap((page) => page.results) ?? [];
  const people = [...new Set([...(campaign.data?.annotators ?? []), ...(campaign.data?.former ?? []), ...shown.map((one) => one.annotator)])].sort();
  if (outOfReach(answers.error)) return <Stopped error={answers.error} to="/judge" place={t("Back to judging")} />;
  // Whether they may read answers at all is known with the first ones.
  if (answers.isPending) return <Waiting />;
  return (
    <Page
      title={campaign.data ? t("{{campaign}}: answers", { campaign: campaign.data.name }) : t("Answers")}
      actions={
        <>
          <CsvLink href={csv.readAgain(slug, query)} of={t("these answers")} named />
          {manages && <CsvLink href={csv.table(slug, "answers")} of={t("all answers")} named />}
        </>
      }
    >
      {manages && <CampaignNav slug={slug} />}
      <Filters people={people} />
      {answers.isError && <Problem error={answers.error} />}
      {campaign.isError && <Problem error={campaign.error} />}
      <p className="visually-hidden" role="status">
        {answers.isSuccess && !answers.isFetching && tn(shown.length, "{{n}} answer shown", "{{n}} answers shown")}
      </p>
      {answers.isSuccess && shown.length === 0 && <p className="quiet">{t("No answer is like that.")}</p>}
      {campaign.data && shown.map((one) => <Read key={one.annotation} one={one} form={campaign.data.form} slug={slug} reader={user.username} manages={manages} />)}
      {answers.hasNextPage && (
        <p>
          <button type="button" className="button" onClick={() => void answers.fetchNextPage()} disabled={answers.isFetchingNextPage}>
            {t("More answers")}
          </button>
        </p>
      )}
    </Page>
  );
}
