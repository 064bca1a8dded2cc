/** Long work of the box: how far it is, an end to it, what came of it. */

import { systemClock } from "@gatehouse/protocol";
import { Button, Progress } from "antd";
import { type ReactNode, useEffect } from "react";
import type { AnswerOf } from "../../../src/console/table/index.ts";
import { addressOf } from "../client/client.ts";
import { useAnswer, useLive } from "../client/use-answer.ts";
import { call } from "../shell/box.ts";
import { useSession } from "../shell/session.ts";
import { jobWords } from "../words/jobs.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { Failed } from "./failed.tsx";
import { mayCancel, mayTakeFile } from "./job-rights.ts";
import { Loaded } from "./loaded.tsx";
import { useDoing } from "./use-doing.ts";

export type Job = AnswerOf<"GET /api/1/jobs/:id">["job"];

/** Asked so often while it runs, should the feed be away. */
const ASK_MS = 3_000;

export interface JobProgressProps {
  readonly id: string;
  /** Draws what came of it, also while it still runs, where there is something already. */
  readonly children?: (result: unknown, job: Job) => ReactNode;
  readonly onEnd?: (job: Job) => void;
}

export function JobProgress({ id, children, onEnd }: JobProgressProps) {
  const loading = useAnswer("GET /api/1/jobs/:id", { params: { id } });
  const { answer, change, reload } = loading;
  const running = answer?.job.state === "running";
  useLive({ watch: ["jobs"] }, (message) => {
    const news = message.about === "jobs" ? message.jobs.find((job) => job.id === id) : undefined;
    if (news === undefined) return;
    const isNextStep = children !== undefined && news.says.en !== answer?.job.says.en;
    change((known) => ({ ...known, job: news }));
    if (news.state !== "running" || isNextStep) reload();
  });
  useEffect(() => {
    // Each answer that says "running" is followed by another question.
    return answer?.job.state === "running" ? systemClock.after(ASK_MS, reload) : undefined;
  }, [answer, reload]);
  useEffect(() => {
    if (answer !== undefined && !running) onEnd?.(answer.job);
  }, [answer, running, onEnd]);
  // A box that started anew knows nothing of it any more: how it ended stays, its file does not.
  const isForgotten = loading.problem?.status === 404 && answer !== undefined && !running;
  const shown = isForgotten
    ? { ...loading, problem: undefined, answer: { ...answer, job: { ...answer.job, file: null } } }
    : loading;
  return (
    <Loaded of={shown}>
      {({ job, result }) => (
        <div className="job">
          <JobState job={job} />
          {result === null || result === undefined ? null : children?.(result, job)}
        </div>
      )}
    </Loaded>
  );
}

const STATUS = {
  running: "active",
  done: "success",
  failed: "exception",
  cancelled: "normal",
  interrupted: "exception",
} as const;

export function JobState({ job }: { readonly job: Job }) {
  const words = useWords(jobWords);
  const language = useLanguage();
  const session = useSession();
  const { busy, problem, run } = useDoing();
  const percent = job.state === "done" ? 100 : Math.round((job.progress ?? 0) * 100);
  return (
    <>
      <div className="job-line">
        <Progress
          className="job-bar"
          aria-label={words[job.state]}
          percent={percent}
          status={STATUS[job.state]}
          showInfo={job.progress !== null || job.state === "done"}
        />
        {job.state === "running" && mayCancel(job, session) ? (
          <Button
            disabled={busy || !job.cancellable}
            title={job.cancellable ? undefined : words.notNow}
            onClick={() => void run(() => call("DELETE /api/1/jobs/:id", { params: { id: job.id } }))}
          >
            {job.cancellable ? words.cancel : words.notNow}
          </Button>
        ) : null}
      </div>
      <p className="under" role="status" data-job={job.state}>
        {words[job.state]} · <bdi>{job.says[language]}</bdi>
      </p>
      {problem === undefined ? null : <Failed problem={problem} />}
    </>
  );
}

/** What a job made, for those who may have it. */
export function JobFile({ job }: { readonly job: Job }) {
  const words = useWords(jobWords);
  if (!mayTakeFile(job, useSession())) return null;
  return (
    <a href={addressOf("GET /api/1/jobs/:id/file", { params: { id: job.id } })} download>
      {words.download} <bdi>{job.file}</bdi>
    </a>
  );
}
