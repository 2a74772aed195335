import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { api } from "../../api/client";
import { csv } from "../../api/desk";
import type { Campaign } from "../../api/types";
import { when } from "../../domain/format";
import { t } from "../../i18n";
import { CsvLink } from "../../ui/CsvLink";
import { Badge, Loading, Page, Problem, Progress } from "../../ui/parts";
import { Table, TableRow } from "../../ui/Table";

function Row({ campaign }: { campaign: Campaign }) {
  const { budget } = campaign;
  return (
    <TableRow
      cells={[
        <>
          <Link to={`/campaigns/${campaign.slug}`}>{campaign.name}</Link>
          <span className="cell-detail">{campaign.question}</span>
        </>,
        <Badge state={campaign.used_up ? "used_up" : campaign.state} />,
        <div className="cell-bar">
          <Progress value={budget.labels ? budget.spent / budget.labels : 0} label={t("Budget of {{name}} spent", { name: campaign.name })} />
          <span className="cell-detail">{t("{{part}} of {{all}} labels spent", { part: budget.spent, all: budget.labels })}</span>
        </div>,
        campaign.reward_model,
        campaign.runs.join(", ") || "–",
        when(campaign.created_at),
      ]}
    />
  );
}

export default function Campaigns({ mayDraft }: { mayDraft: boolean }) {
  const campaigns = useQuery({ queryKey: ["campaigns"], queryFn: api.campaigns, refetchInterval: 5_000 });
  return (
    <Page
      title={t("Campaigns")}
      actions={
        <>
          <CsvLink href={csv.campaigns} of={t("all campaigns")} />
          {mayDraft && (
            <Link className="button primary" to="/campaigns/new">
              {t("New campaign")}
            </Link>
          )}
        </>
      }
    >
      {campaigns.isPending && <Loading />}
      {campaigns.isError && <Problem error={campaigns.error} />}
      {campaigns.data?.length === 0 && (
        <p className="quiet">{t("No campaign yet. A campaign asks people to compare completions of your runs.")}</p>
      )}
      {!!campaigns.data?.length && (
        <Table name={t("Campaigns")} heads={[t("Campaign"), t("State"), t("Budget"), t("Reward model"), t("Runs"), t("Created")]}>
          {campaigns.data.map((campaign) => (
            <Row key={campaign.slug} campaign={campaign} />
          ))}
        </Table>
      )}
    </Page>
  );
}
