/** One training job as a line: what, why, how far, and what went wrong. */

import { Link } from "react-router";

import type { Job } from "../../api/types";
import { when } from "../../domain/format";
import { jobTitle } from "../../domain/names";
import { t } from "../../i18n";
import { Badge, Progress } from "../../ui/parts";

export function JobRow({ job }: { job: Job }) {
  return (
    <li className="job">
      <div className="job-head">
        <Link to={`/jobs/${job.id}`}>{jobTitle(job)}</Link>
        <Badge state={job.state} />
        <span className="quiet">{when(job.created_at)}</span>
      </div>
      <p className="quiet" lang="en">
        {job.because}
      </p>
      {job.state === "running" && (
        <div className="job-progress">
          <Progress value={job.progress} label={t("Progress of job {{id}}", { id: String(job.id) })} />
          <span className="quiet" lang="en">
            {job.message}
          </span>
        </div>
      )}
      {job.error && (
        <p className="job-error" lang="en">
          {job.error.message ?? job.error.type}
        </p>
      )}
    </li>
  );
}
