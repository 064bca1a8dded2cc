/** Answers about jobs: what runs, what came of it, its file, an end to it. */
import { Refusal } from "../refusal.ts";
import type { Answers } from "../table/index.ts";
import type { Jobs } from "./jobs.ts";

type Keys = "GET /api/1/jobs" | "GET /api/1/jobs/:id" | "DELETE /api/1/jobs/:id" | "GET /api/1/jobs/:id/file";

/** Files of these kinds hold more than every role may see. */
const TECHNICIANS: readonly string[] = ["backup"];

export function jobAnswers(jobs: Jobs): Answers<Keys> {
  return {
    "GET /api/1/jobs": async () => ({ jobs: [...jobs.rows] }),
    "GET /api/1/jobs/:id": async ({ params: { id } }) => jobs.find(id),
    "DELETE /api/1/jobs/:id": async ({ params: { id } }, { name, roles }) => {
      const { job } = jobs.find(id);
      if (job.by !== name && !roles.includes("technician"))
        throw new Refusal("forbidden", { values: { roles: "technician" } });
      await jobs.cancel(id);
      return { done: true };
    },
    "GET /api/1/jobs/:id/file": async ({ params: { id } }, { roles }) => {
      const { job } = jobs.find(id);
      if (TECHNICIANS.includes(job.kind) && !roles.includes("technician"))
        throw new Refusal("forbidden", { values: { roles: "technician" } });
      return jobs.file(id);
    },
  };
}
