/** Cards that people contradict each other about, one at a time: what was said stands above, the decision ends it. */

import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { Link, useParams } from "react-router";

import { type Dispute, gold } from "../../api/gold";
import type { Card, MyCampaign, User } from "../../api/types";
import type { HalfSaid } from "../../domain/begun";
import { waitingFirst } from "../../domain/disputes";
import { type Form, inWords } from "../../domain/form";
import { t, tn } from "../../i18n";
import { Loading, Page, Problem } from "../../ui/parts";
import { preloadRichText } from "../../ui/preload";
import { useCampaign } from "../campaigns/useCampaign";
import { type Filled, Filling } from "../filling/Filling";
import { type Kept, useHalfSaid } from "../filling/useHalfSaid";
import { useDecision } from "./useDecision";

function WhatPeopleSaid({ dispute, form }: { dispute: Dispute; form: Form }) {
  return (
    <section className="people-said" aria-label={t("What people said")}>
      <ul>
        {dispute.said.map(({ answer, comment }, place) => (
          <li key={place}>
            {t("One person:")} <strong>{inWords(form, answer)}</strong>
            {comment && <q dir="auto">{comment}</q>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function cardOf({ task, prompt, completions }: Dispute): Card {
  return { assignment: task, lease_number: 0, leased_until: "", prompt, completions };
}

function None({ campaign, notice }: { campaign: MyCampaign; notice: string }) {
  return (
    <Page
      title={t("Disputes in {{campaign}}", { campaign: campaign.name })}
      actions={
        <Link className="button" to="/judge">
          {t("Back to judging")}
        </Link>
      }
    >
      <p role="status">{notice}</p>
      <p className="quiet">{t("Nothing waits for a decision. New disputes appear here by themselves.")}</p>
    </Page>
  );
}

interface Waiting {
  disputes: Dispute[];
  /** All there are, also those that are not here yet. */
  count: number;
  /** Asks for the next ones; null when all are here or on their way. */
  more: (() => void) | null;
}

interface DecidingProps {
  campaign: MyCampaign;
  list: Waiting;
  kept: Kept;
  refresh: () => Promise<unknown>;
}

function Deciding({ campaign, list, kept, refresh }: DecidingProps) {
  const [left, setLeft] = useState<readonly number[]>([]);
  const onOver = useCallback((task: number) => kept.drop(`dispute ${task}`), [kept]);
  const { decide, busy, notice, gone, saidOf } = useDecision(campaign.slug, refresh, onOver);
  const half = useMemo(() => list.disputes.map(({ task }) => task).filter((task) => kept.of(`dispute ${task}`)), [kept, list.disputes.length]);
  const waiting = waitingFirst(list.disputes, gone, left, half);
  const now = waiting[0];
  const allLeft = waiting.every((one) => left.includes(one.task));
  useEffect(() => {
    if (allLeft) list.more?.();
  }, [allLeft, list.more]);
  const card = useMemo(() => now && cardOf(now), [now?.task]);
  const onSay = useCallback((said: Filled) => now && decide(now.task, said), [decide, now?.task]);
  const onBegun = useCallback(
    (said: HalfSaid | null) => card && (said ? kept.keep(`dispute ${card.assignment}`, card, said) : kept.drop(`dispute ${card.assignment}`)),
    [card, kept],
  );
  const onPass = useCallback(() => now && setLeft((before) => [...before.filter((task) => task !== now.task), now.task]), [now?.task]);
  if (!now || !card) return <None campaign={campaign} notice={notice} />;
  const unsent = saidOf(now.task);
  return (
    <Filling
      title={tn(list.count - (list.disputes.length - waiting.length), "{{n}} dispute to decide", "{{n}} disputes to decide")}
      campaign={campaign}
      card={card}
      begun={kept.of(`dispute ${now.task}`)}
      onBegun={onBegun}
      above={<WhatPeopleSaid dispute={now} form={campaign.form} />}
      notice={
        unsent ? (
          <>
            {notice}{" "}
            <button type="button" className="button" onClick={() => decide(now.task, unsent)} disabled={busy}>
              {t("Send again")}
            </button>
          </>
        ) : (
          notice
        )
      }
      busy={busy}
      withNote
      pass={t("Later")}
      onPass={onPass}
      onSay={onSay}
    />
  );
}

export default function Disputes({ user }: { user: User }) {
  const { slug = "" } = useParams();
  const kept = useHalfSaid(user.id, slug);
  const client = useQueryClient();
  const campaign = useCampaign(slug);
  // While there is one to decide, no list that comes in meanwhile takes it from under the reader's eyes.
  const disputes = useInfiniteQuery({
    queryKey: ["disputes", slug],
    queryFn: ({ pageParam }) => gold.disputes(slug, pageParam),
    initialPageParam: 0,
    getNextPageParam: (last) => last.next,
    refetchInterval: (query) => (query.state.data?.pages[0]?.results.length ? false : 15_000),
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  useEffect(preloadRichText, []);
  useEffect(() => {
    if (campaign.data) document.title = `${campaign.data.name} · Tiebreak`;
    return () => void client.invalidateQueries({ queryKey: ["my-campaigns"] });
  }, [campaign.data?.name, client]);
  const refresh = useCallback(() => client.invalidateQueries({ queryKey: ["disputes", slug] }), [client, slug]);
  const error = campaign.error ?? (disputes.data ? null : disputes.error);
  if (error || !campaign.data || !disputes.data || !kept) {
    return <Page title={t("Disputes")}>{error ? <Problem error={error} /> : <Loading />}</Page>;
  }
  const { pages } = disputes.data;
  const more = disputes.hasNextPage && !disputes.isFetching && !disputes.isFetchNextPageError ? () => void disputes.fetchNextPage() : null;
  const list = { disputes: pages.flatMap((page) => page.results), count: pages.at(-1)?.waiting ?? 0, more };
  return <Deciding campaign={campaign.data} list={list} kept={kept} refresh={refresh} />;
}
