import { useQuery } from "@tanstack/react-query";

import { api } from "../../api/client";
import { csv } from "../../api/desk";
import { t } from "../../i18n";
import { CsvLink } from "../../ui/CsvLink";
import { Loading, Page, Problem } from "../../ui/parts";
import { JobRow } from "./JobRow";

export default function Jobs() {
  const jobs = useQuery({ queryKey: ["jobs"], queryFn: api.jobs, refetchInterval: 2_000 });
  return (
    <Page title={t("Training jobs")} actions={<CsvLink href={csv.jobs} of={t("all jobs")} />}>
      {jobs.isPending && <Loading />}
      {jobs.isError && <Problem error={jobs.error} />}
      {jobs.data?.length === 0 && (
        <p className="quiet">{t("No training yet. Jobs start when a campaign has enough new labels.")}</p>
      )}
      <ul className="jobs">
        {jobs.data?.map((job) => (
          <JobRow key={job.id} job={job} />
        ))}
      </ul>
    </Page>
  );
}
