/** How far a job is, in words and as a bar, and the way to cancel it. */
import { Alert, Button, Flex, Progress } from "antd";
import { jobWords } from "../../words/jobs.ts";
import { useLanguage, useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import type { FollowedJob } from "./use-job.ts";

const TYPES = { done: "success", failed: "error", cancelled: "warning", interrupted: "error" } as const;

export function JobProgress({ followed }: { readonly followed: FollowedJob }) {
  const words = useWords(setUpDevicesWords);
  const states = useWords(jobWords);
  const language = useLanguage();
  const { job, cancel } = followed;
  if (job === undefined) return null;
  if (job.state !== "running")
    return (
      <Alert
        type={TYPES[job.state]}
        showIcon
        title={
          <>
            {states[job.state]} · <bdi>{job.says[language]}</bdi>
          </>
        }
        role="status"
      />
    );
  return (
    <Flex gap="small" align="center" role="status">
      <div className="gh-wide">
        <Progress
          percent={Math.round((job.progress ?? 0) * 100)}
          status="active"
          showInfo={job.progress !== null}
          aria-label={job.says[language]}
        />
        <span className="gh-hint" dir="auto">
          {job.says[language]}
        </span>
      </div>
      <Button onClick={cancel}>{words.cancel}</Button>
    </Flex>
  );
}
