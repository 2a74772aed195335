/** What the settings so far come to, while they are chosen. */

import type { CampaignForm } from "../../domain/newCampaign";
import { outlook } from "../../domain/newQuality";
import { t } from "../../i18n";
import { Panel } from "../../ui/parts";

export function OutlookPanel({ form }: { form: CampaignForm }) {
  const { lines, warnings } = outlook(form);
  return (
    <Panel title={t("What this comes to")}>
      {lines.length === 0 && <p className="quiet">{t("Give a budget and an overlap to see it.")}</p>}
      <ul className="outlook">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
        {warnings.map((line) => (
          <li key={line} className="outlook-warning">
            {line}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
