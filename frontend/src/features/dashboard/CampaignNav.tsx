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

/** Counts may be this old when somebody goes from page to page. */
const RECENT = 10_000;

export function CampaignNav({ slug }: { slug: string }) {
  const campaign = useQuery({ queryKey: ["my-campaign", slug], queryFn: () => api.myCampaign(slug), staleTime: RECENT });
  // Only those who may decide and read are told how much waits for them.
  const { disputes, to_read: unread = 0 } = campaign.data ?? {};
  return (
    <nav className="tabs" aria-label={t("Pages of this campaign")}>
      {PAGES.map(([path, title]) => (
        <NavLink key={path} to={`/campaigns/${slug}${path && `/${path}`}`} end>
          {t(title)}
          {path === "review" && unread > 0 && ` (${count(unread)})`}
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
