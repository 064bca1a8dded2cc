/** What the page offers of jobs, beside what the box grants. */
import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { jobAnswers } from "../../../src/console/answers/job-answers.ts";
import { Jobs } from "../../../src/console/answers/jobs.ts";
import type { Asking } from "../../../src/console/table/index.ts";
import { JOB_KINDS, jobRoutes } from "../../../src/console/table/jobs.ts";
import { ROLES, type Role } from "../../../src/console/table/route.ts";
import { MemoryLog } from "../../../src/testing/log.ts";
import { mayCancel, mayTakeFile } from "./job-rights.ts";

const says = { en: "x", zh: "x" };
const rights = (key: "DELETE /api/1/jobs/:id" | "GET /api/1/jobs/:id/file", role: Role): boolean =>
  (jobRoutes[key].access as readonly Role[]).includes(role);
const asking = (role: Role): Asking => ({ name: "li", roles: [role], language: "zh" }) as unknown as Asking;
const granted = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

const pairs = ROLES.flatMap((role) => ["li", "wang"].map((by) => ({ role, by })));

test.each(pairs)("an end to a job of $by is offered to li, $role, where it is granted", async ({ role, by }) => {
  const jobs = new Jobs(new FakeClock(), new MemoryLog());
  const job = jobs.begin("scan", by, says, ({ signal }) => {
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve({ says })));
  });
  const answer = jobAnswers(jobs)["DELETE /api/1/jobs/:id"];
  const may =
    rights("DELETE /api/1/jobs/:id", role) &&
    (await granted(answer({ params: { id: job.id } } as Parameters<typeof answer>[0], asking(role))));
  expect(mayCancel(job, { name: "li", roles: [role] })).toBe(may);
});

test.each(ROLES)("the file of a job is offered to a %s where it is granted", async (role) => {
  const jobs = new Jobs(new FakeClock(), new MemoryLog());
  const answer = jobAnswers(jobs)["GET /api/1/jobs/:id/file"];
  const file = { type: "text/plain", name: "x.txt", open: () => "x" };
  for (const kind of JOB_KINDS)
    for (const made of [{ file }, {}]) {
      const { id } = jobs.begin(kind, "wang", says, async () => ({ says, ...made }));
      await new Promise((resolve) => setImmediate(resolve));
      const may =
        rights("GET /api/1/jobs/:id/file", role) &&
        (await granted(answer({ params: { id } } as Parameters<typeof answer>[0], asking(role))));
      expect(mayTakeFile(jobs.find(id).job, { roles: [role], name: "li" }), kind).toBe(may);
    }
});
