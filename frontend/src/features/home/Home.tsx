/** Where an annotator begins: the campaigns that want their judgement. Enter starts the first one. */

import { useQuery } from "@tanstack/react-query";
import { type RefObject, useEffect, useRef } from "react";
import { Link } from "react-router";

import { api } from "../../api/client";
import type { MyCampaign, User } from "../../api/types";
import { t, tn } from "../../i18n";
import { preloadJudging } from "../../preload";
import { Badge, Loading, Page, Problem } from "../../ui/parts";

/** What waits for this person besides new cards: their own answers that came back, and what adjudicators look after. */
function Waiting({ campaign }: { campaign: MyCampaign }) {
  const { slug, name, returned = 0, disputes = 0, to_read: unread = 0 } = campaign;
  const closed = campaign.state === "closed";
  const waiting = [
    { to: `/annotate/${slug}`, n: closed ? 0 : returned, text: tn(returned, "{{n}} answer came back to you", "{{n}} answers came back to you") },
    { to: `/campaigns/${slug}/disputes`, n: disputes, text: tn(disputes, "{{n}} dispute to decide", "{{n}} disputes to decide") },
    { to: `/campaigns/${slug}/review?state=unread&flagged=yes`, n: unread, text: tn(unread, "{{n}} answer to read", "{{n}} answers to read") },
  ];
  return waiting
    .filter(({ n }) => n > 0)
    .map(({ to, text }) => (
      <Link key={to} className="button" to={to}>
        {text}
        <span className="visually-hidden">: {name}</span>
      </Link>
    ));
}

/** Adjudicators read answers also while none is flagged. */
function Looking({ campaign: { slug, name, disputes } }: { campaign: MyCampaign }) {
  if (disputes === undefined) return null;
  return (
    <>
      {" · "}
      <Link to={`/campaigns/${slug}/review`}>
        {t("Review")}
        <span className="visually-hidden">: {name}</span>
      </Link>
      {" · "}
      <Link to={`/campaigns/${slug}/disputes`}>
        {t("Disputes")}
        <span className="visually-hidden">: {name}</span>
      </Link>
    </>
  );
}

function CampaignCard({ campaign, start }: { campaign: MyCampaign; start: RefObject<HTMLAnchorElement | null> | undefined }) {
  const open = campaign.state === "open";
  return (
    <li className="campaign-card">
      <div className="campaign-card-text">
        <h2>{campaign.name}</h2>
        <p>{campaign.question}</p>
        <p className="quiet">
          <Badge state={campaign.used_up ? "used_up" : campaign.state} /> {tn(campaign.answered_by_me ?? 0, "{{n}} answer by you", "{{n}} answers by you")}
          <Looking campaign={campaign} />
        </p>
      </div>
      <Waiting campaign={campaign} />
      {open ? (
        <Link className="button primary" ref={start} to={`/annotate/${campaign.slug}`}>
          {t("Start")}
          {start && <kbd aria-hidden="true">↵</kbd>}
          <span className="visually-hidden">: {campaign.name}</span>
        </Link>
      ) : (
        <span className="quiet">{t("Not asking right now")}</span>
      )}
    </li>
  );
}

export function Home({ user }: { user: User }) {
  const campaigns = useQuery({ queryKey: ["my-campaigns"], queryFn: api.myCampaigns, refetchInterval: 15_000 });
  useEffect(preloadJudging, []);
  const listed = campaigns.data?.filter((one) => one.state !== "draft") ?? [];
  // Enter starts the first one; a list that is read again leaves the focus where it is by then.
  const start = useRef<HTMLAnchorElement>(null);
  useEffect(() => start.current?.focus(), [campaigns.data !== undefined]);
  const sorted = [...listed.filter((one) => one.state === "open"), ...listed.filter((one) => one.state !== "open")];
  return (
    <Page title={t("Hello, {{name}}", { name: user.username })}>
      {campaigns.isPending && <Loading />}
      {campaigns.isError && <Problem error={campaigns.error} />}
      {campaigns.isSuccess && sorted.length === 0 && (
        <p className="quiet">{t("No campaign asks for your judgement yet. This page looks again by itself.")}</p>
      )}
      <ul className="campaign-cards">
        {sorted.map((campaign, index) => (
          <CampaignCard key={campaign.slug} campaign={campaign} start={index === 0 ? start : undefined} />
        ))}
      </ul>
    </Page>
  );
}
