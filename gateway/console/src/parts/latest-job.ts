/** The latest job of a sort as the box knows it: a page that was left finds again what it began, or what somebody else did. */
import { useCallback, useState } from "react";
import type { JobRow } from "../../../src/console/table/jobs.ts";
import { useAnswer, useLive } from "../client/use-answer.ts";
import { latestOf, mergeJobs } from "./job-list.ts";

export interface LatestJob {
  readonly job: JobRow | undefined;
  readonly running: boolean;
  /** It ran while the page was open: what came of it is news. */
  readonly seen: boolean;
  /** Takes what the box answered to a beginning; the list may lag behind. */
  readonly begun: (job: JobRow) => void;
}

export function useLatestJob(fits: (job: JobRow) => boolean): LatestJob {
  const { answer, change } = useAnswer("GET /api/1/jobs", {});
  const [own, begun] = useState<JobRow>();
  const [seen, setSeen] = useState<string>();
  useLive({ watch: ["jobs"] }, (message) => {
    if (message.about === "jobs") change(({ jobs }) => ({ jobs: mergeJobs(jobs, message.jobs) }));
  });
  const known = answer?.jobs.find(({ id }) => id === own?.id);
  // A box that started anew lists what has ended no more.
  if (known !== undefined && known !== own) begun(known);
  const job = latestOf(answer?.jobs ?? [], own, fits);
  const running = job?.state === "running";
  if (running && seen !== job.id) setSeen(job.id);
  return { job, running, seen: job !== undefined && seen === job.id, begun: useCallback((row) => begun(row), []) };
}
