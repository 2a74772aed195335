/** From a group to the right answer about it, for each campaign that asks about its run. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { api } from "../../api/client";
import { t } from "../../i18n";

export function GoldLinks({ run, group }: { run: string; group: number }) {
  const campaigns = useQuery({ queryKey: ["campaigns"], queryFn: api.campaigns });
  const asking = campaigns.data?.filter((campaign) => campaign.runs.includes(run)) ?? [];
  return asking.map(({ slug, name }) => (
    <Link key={slug} className="button" to={`/campaigns/${slug}/gold/new?group=${group}`}>
      {t("State the right answer for {{campaign}}", { campaign: name })}
    </Link>
  ));
}
