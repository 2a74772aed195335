/** Opens a campaign for judging: loads it, makes sure no other tab has it, and starts the session. */

import "../../styles/kinds.css";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useParams } from "react-router";

import { api } from "../../api/client";
import { outboxOf } from "../../api/outbox";
import type { MyCampaign, User } from "../../api/types";
import { t } from "../../i18n";
import { preloadRichText } from "../../ui/preload";
import { Loading, Page, Problem } from "../../ui/parts";
import { Judging } from "./Judging";
import { JudgingSession } from "./session";
import { useTabLock } from "./useTabLock";

/** What the list of campaigns has just said need not be asked again. */
function useListed(slug: string): MyCampaign | undefined {
  const client = useQueryClient();
  if (client.getQueryState(["my-campaigns"])?.isInvalidated) return undefined;
  return client.getQueryData<MyCampaign[]>(["my-campaigns"])?.find((one) => one.slug === slug);
}

export default function Annotate({ user }: { user: User }) {
  const { slug = "" } = useParams();
  const listed = useListed(slug);
  const campaign = useQuery({
    queryKey: ["my-campaign", slug],
    queryFn: () => api.myCampaign(slug),
    staleTime: Infinity,
    ...(listed ? { initialData: listed } : {}),
  });
  useEffect(preloadRichText, []);
  const { place, takeOver } = useTabLock(`tiebreak-${user.id}-${slug}`);
  if (campaign.isError) {
    return (
      <Page title={t("Judge")}>
        <Problem error={campaign.error} />
      </Page>
    );
  }
  if (place === "elsewhere") {
    return (
      <Page title={t("Already open in another tab")}>
        <p>{t("You are judging this campaign in another tab of this browser. Close it, or go on here.")}</p>
        <button type="button" className="button primary" onClick={takeOver}>
          {t("Take over here")}
        </button>
      </Page>
    );
  }
  if (campaign.isPending || place === "asking") {
    return (
      <main id="main" className="page">
        <Loading />
      </main>
    );
  }
  return <Started key={slug} campaign={campaign.data} user={user} />;
}

function Started({ campaign, user }: { campaign: MyCampaign; user: User }) {
  const client = useQueryClient();
  const [session, setSession] = useState<JudgingSession | null>(null);
  useEffect(() => {
    const started = new JudgingSession(campaign.slug, campaign.form, user.id, outboxOf(user.id));
    started.start();
    setSession(started);
    document.title = `${campaign.name} · Tiebreak`;
    return () => {
      // When another tab took over it goes on with the same leases, so they are given back only on leaving the page.
      started.stop(!window.location.pathname.startsWith("/annotate/"));
      void client.invalidateQueries({ queryKey: ["my-campaigns"] });
      client.removeQueries({ queryKey: ["my-campaign", campaign.slug] });
    };
  }, [campaign.slug, campaign.name, campaign.form, user.id, client]);
  return session ? <Judging campaign={campaign} session={session} /> : null;
}
