import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { api } from "../../api/client";
import { csv } from "../../api/desk";
import { count, when } from "../../domain/format";
import { t } from "../../i18n";
import { CsvLink } from "../../ui/CsvLink";
import { Loading, Page, Problem } from "../../ui/parts";
import { Table, TableRow } from "../../ui/Table";

export default function Runs() {
  const runs = useQuery({ queryKey: ["runs"], queryFn: api.runs, refetchInterval: 5_000 });
  return (
    <Page title={t("Policy runs")} actions={<CsvLink href={csv.runs} of={t("all runs")} />}>
      {runs.isPending && <Loading />}
      {runs.isError && <Problem error={runs.error} />}
      {runs.data?.length === 0 && <p className="quiet">{t("No run has sent rollouts yet.")}</p>}
      {!!runs.data?.length && (
        <Table
          name={t("Runs")}
          heads={[t("Run"), t("Trainer"), t("Groups"), t("Rollouts"), t("Last step"), t("Began")]}
          figures={[2, 3, 4]}
        >
          {runs.data.map((run) => (
            <TableRow
              key={run.name}
              cells={[
                <Link to={`/runs/${encodeURIComponent(run.name)}`}>{run.name}</Link>,
                run.trainer || "–",
                count(run.groups),
                count(run.rollouts),
                count(run.last_step),
                when(run.created_at),
              ]}
            />
          ))}
        </Table>
      )}
    </Page>
  );
}
