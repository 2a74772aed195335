/** The pages of one campaign: each calm by itself. */

import "../../styles/desk.css";

import { NavLink } from "react-router";

import { t } from "../../i18n";

const PAGES = [
  ["", "Overview"],
  ["learning", "Learning"],
  ["quality", "Quality"],
  ["review", "Review"],
  ["people", "People"],
] as const;

export function CampaignNav({ slug }: { slug: string }) {
  return (
    <nav className="tabs" aria-label={t("Pages of this campaign")}>
      {PAGES.map(([path, title]) => (
        <NavLink key={path} to={`/campaigns/${slug}${path && `/${path}`}`} end>
          {t(title)}
        </NavLink>
      ))}
    </nav>
  );
}
