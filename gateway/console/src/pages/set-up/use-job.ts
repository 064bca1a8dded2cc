/** A job as a component follows it: its progress and, as far as it is there, its result. */
import { systemClock } from "@gatehouse/protocol";
import { useEffect } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { call } from "../../shell/box.ts";

export type Job = AnswerOf<"GET /api/1/jobs/:id">["job"];

export interface FollowedJob {
  readonly job: Job | undefined;
  readonly result: unknown;
  readonly cancel: () => void;
}

const ASK_EVERY_MS = 1_000;

export const hasEnded = (job: Pick<Job, "state"> | undefined): boolean => job !== undefined && job.state !== "running";

/** Besides the feed it asks each second: a job is short, and its end must not be missed. */
export function useJob(id: string | undefined): FollowedJob {
  const { answer, problem, reload } = useAnswer(
    "GET /api/1/jobs/:id",
    { params: { id: id ?? "-" } },
    { when: id !== undefined, reloadOn: ["jobs"] },
  );
  const over = hasEnded(answer?.job) || problem?.status === 404;
  useEffect(() => {
    if (id === undefined || over) return;
    let cancel = () => {};
    const again = () => {
      reload();
      cancel = systemClock.after(ASK_EVERY_MS, again);
    };
    cancel = systemClock.after(ASK_EVERY_MS, again);
    return () => cancel();
  }, [id, over, reload]);
  return {
    job: answer?.job,
    result: answer?.result,
    cancel: () => {
      if (id !== undefined) call("DELETE /api/1/jobs/:id", { params: { id } }).then(reload, reload);
    },
  };
}
