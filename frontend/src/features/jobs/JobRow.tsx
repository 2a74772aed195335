/** One training job as a line: what, why, how far, and what went wrong. */

import { Link } from "react-router";

import type { Job } from "../../api/types";
import { when } from "../../domain/format";
import { Badge, Progress } from "../../ui/parts";

const KIND: Record<string, string> = { reward_model: "Reward model", policy: "Policy" };

export function kindOf(job: Job): string {
  return KIND[job.kind] ?? job.kind;
}

export function JobRow({ job }: { job: Job }) {
  return (
    <li className="job">
      <div className="job-head">
        <Link to={`/jobs/${job.id}`}>
          {kindOf(job)} training {job.id}
        </Link>
        <Badge state={job.state} />
        <span className="quiet">{when(job.created_at)}</span>
      </div>
      <p className="quiet">{job.because}</p>
      {job.state === "running" && (
        <div className="job-progress">
          <Progress value={job.progress} label={`Progress of job ${job.id}`} />
          <span className="quiet">{job.message}</span>
        </div>
      )}
      {job.error && <p className="job-error">{job.error.message ?? job.error.type}</p>}
    </li>
  );
}
