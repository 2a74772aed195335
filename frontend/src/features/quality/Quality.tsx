/** How well a campaign's people agree, and how far each can be relied on. Disagreement is shown, never averaged away. */

import "../../styles/quality.css";

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import { quality } from "../../api/quality";
import { count } from "../../domain/format";
import { t } from "../../i18n";
import { Loading, Page, Problem } from "../../ui/parts";
import { useCampaign } from "../campaigns/useCampaign";
import { CampaignNav } from "../dashboard/CampaignNav";
import { AgreementPanel } from "./AgreementPanel";
import { AnnotatorsPanel } from "./AnnotatorsPanel";
import { MatrixPanel } from "./MatrixPanel";

export default function Quality() {
  const { slug = "" } = useParams();
  const read = useQuery({ queryKey: ["quality", slug], queryFn: () => quality.read(slug), refetchInterval: 30_000 });
  const campaign = useCampaign(slug);
  return (
    <Page
      title={campaign.data ? t("Quality of {{campaign}}", { campaign: campaign.data.name }) : t("Quality")}
      actions={
        <Link className="button" to={`/campaigns/${slug}`}>
          {t("Back to the campaign")}
        </Link>
      }
    >
      <CampaignNav slug={slug} />
      {read.isError && <Problem error={read.error} />}
      {read.isPending && <Loading />}
      {read.data?.answers === 0 && <p className="quiet">{t("Nobody has answered yet.")}</p>}
      {read.data && read.data.answers > 0 && (
        <>
          {read.data.answers === read.data.looked_at_most && (
            <p className="quiet">{t("From the newest {{n}} answers.", { n: count(read.data.answers) })}</p>
          )}
          <AnnotatorsPanel slug={slug} found={read.data} />
          <AgreementPanel slug={slug} rows={read.data.agreement} />
          {read.data.matrix && read.data.matrix.annotators.length > 1 && <MatrixPanel slug={slug} matrix={read.data.matrix} />}
        </>
      )}
    </Page>
  );
}
