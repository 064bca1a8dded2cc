/** The list of jobs as the feed keeps it, and which of it a page is about. Pure. */
import type { JobRow } from "../../../src/console/table/jobs.ts";

/** Newest first, as the box lists them. */
export function mergeJobs(known: readonly JobRow[], news: readonly JobRow[]): JobRow[] {
  const told = new Map(news.map((job) => [job.id, job]));
  const isNew = ({ id }: JobRow) => !known.some((job) => job.id === id);
  return [...news.filter(isNew).reverse(), ...known.map((job) => told.get(job.id) ?? job)];
}

/** What the box says of a job counts for more than what it said at its beginning. */
export function latestOf(
  listed: readonly JobRow[],
  own: JobRow | undefined,
  fits: (job: JobRow) => boolean,
): JobRow | undefined {
  const found = listed.find(fits);
  const isLater = own !== undefined && fits(own) && !listed.some(({ id }) => id === own.id);
  return isLater && (found === undefined || found.startedAt <= own.startedAt) ? own : found;
}
