/** What a draft still lacks of what it was told to do, and who would be asked. */

import "../../styles/wizard.css";

import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { gold, type Use } from "../../api/gold";
import type { Campaign } from "../../api/types";
import { t, tn } from "../../i18n";
import { Panel } from "../../ui/parts";

export function BeforeOpening({ campaign }: { campaign: Campaign }) {
  const { slug, config, annotators } = campaign;
  const wanted = config.training_cards > 0 || config.gold_share > 0;
  const items = useQuery({ queryKey: ["gold", slug], queryFn: () => gold.items(slug), enabled: wanted });
  const made = (use: Use) => items.data?.filter((item) => item.use === use && !item.retired_at).length ?? 0;
  return (
    <Panel title={t("Before you open it")}>
      <ul className="outlook">
        <li>
          {tn(annotators.length, "{{n}} person will be asked.", "{{n}} people will be asked.")}{" "}
          <Link to={`/campaigns/${slug}/people`}>{t("See who, or invite more")}</Link>
        </li>
        {config.training_cards > 0 && (
          <li className={made("training") < config.training_cards ? "outlook-warning" : undefined}>
            {t("{{made}} of {{wanted}} training cards are made: newcomers meet those there are.", { made: made("training"), wanted: config.training_cards })}
          </li>
        )}
        {config.gold_share > 0 && (
          <li className={made("gold") < config.gold_judged ? "outlook-warning" : undefined}>
            {tn(made("gold"), "{{n}} card to measure everybody by; nobody is judged before {{least}}.", "{{n}} cards to measure everybody by; nobody is judged before {{least}}.", {
              least: config.gold_judged,
            })}
          </li>
        )}
        {wanted && (
          <li>
            <Link to={`/campaigns/${slug}/gold`}>{t("State right answers")}</Link>
          </li>
        )}
        <li className="quiet">{t("Once it is open its settings stay as they are. Budgets can still be raised.")}</li>
      </ul>
    </Panel>
  );
}
