/** The pages of one campaign: each calm by itself. */

import "../../styles/desk.css";

import { useQuery } from "@tanstack/react-query";
import { NavLink } from "react-router";

import { api } from "../../api/client";
import { count } from "../../domain/format";
import { t } from "../../i18n";

const PAGES = [
  ["", "Overview"],
  ["learning", "Learning"],
  ["quality", "Quality"],
  ["review", "Review"],
  ["gold", "Known answers"],
  ["people", "People"],
] as const;

export function CampaignNav({ slug }: { slug: string }) {
  const campaign = useQuery({ queryKey: ["my-campaign", slug], queryFn: () => api.myCampaign(slug), staleTime: Infinity });
  // Only those who may decide them are told of disputes.
  const disputes = campaign.data?.disputes;
  return (
    <nav className="tabs" aria-label={t("Pages of this campaign")}>
      {PAGES.map(([path, title]) => (
        <NavLink key={path} to={`/campaigns/${slug}${path && `/${path}`}`} end>
          {t(title)}
        </NavLink>
      ))}
      {disputes !== undefined && (
        <NavLink to={`/campaigns/${slug}/disputes`}>
          {t("Disputes")}
          {disputes > 0 && ` (${count(disputes)})`}
        </NavLink>
      )}
    </nav>
  );
}
