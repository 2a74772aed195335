/** The pages of one campaign: each calm by itself. */

import "../../styles/desk.css";

import { NavLink } from "react-router";

import { count } from "../../domain/format";
import { t } from "../../i18n";
import { useCampaign } from "../campaigns/useCampaign";

const PAGES = [
  ["", "Overview"],
  ["learning", "Learning"],
  ["quality", "Quality"],
  ["review", "Review"],
  ["gold", "Known answers"],
  ["people", "People"],
] as const;

export function CampaignNav({ slug }: { slug: string }) {
  const campaign = useCampaign(slug);
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
