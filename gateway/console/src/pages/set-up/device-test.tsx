/** One device with its test: started by hand or with all others, its steps as they come. */
import { systemClock } from "@gatehouse/protocol";
import { Alert, Button, Flex } from "antd";
import { useEffect, useRef, useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import type { TestResult } from "../../../../src/console/table/jobs.ts";
import { Failed } from "../../parts/failed.tsx";
import { Steady } from "../../parts/steady.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { useTimes } from "../../shell/site.tsx";
import { deviceKindWords } from "../../words/device-kinds.ts";
import { useLanguage, useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { JobProgress } from "./job-progress.tsx";
import { KeyButton } from "./key-button.tsx";
import { TestSteps, TestTag } from "./test-state.tsx";
import { hasEnded, useJob } from "./use-job.ts";

type Row = AnswerOf<"GET /api/1/reports/commissioning">["devices"][number];

const ONLINE_MS = 1_000;

interface DeviceTestProps {
  readonly row: Row;
  /** What the test of all shows of it, while it is under way. */
  readonly live: TestResult | undefined;
  readonly onEnded: () => void;
}

export function DeviceTest({ row, live, onEnded }: DeviceTestProps) {
  const words = useWords(setUpDevicesWords);
  const kinds = useWords(deviceKindWords);
  const language = useLanguage();
  const { time } = useTimes();
  const { followed, running: own, doing, start } = useDeviceTest(row.id, onEnded);
  const running = own || live !== undefined;
  const kind = row.kind in kinds ? kinds[row.kind as keyof typeof kinds] : row.kind;
  // What its test found of the key is over.
  const isOver = row.hasKeyNow && !running;
  const steps = live ?? (followed.job === undefined || isOver ? undefined : followed.result);
  const hadNoKey = useRef(row.needsKey);
  const told = useRef(onEnded);
  told.current = onEnded;
  useEffect(() => {
    const taken = hadNoKey.current && !row.needsKey;
    hadNoKey.current = row.needsKey;
    // That it is connected comes a moment after.
    return taken && !row.hasKeyNow ? systemClock.after(ONLINE_MS, () => told.current()) : undefined;
  }, [row.needsKey, row.hasKeyNow]);
  return (
    <li>
      <Steady className="gh-row">
        <Flex gap="small" wrap align="center">
          <strong dir="auto">{row.id}</strong>
          <span>{kind}</span>
          <bdi className="gh-hint">{row.where}</bdi>
          <TestTag state={running ? "running" : row.test} />
          {row.testedAt !== null && !running && <span className="gh-hint">{time(row.testedAt)}</span>}
          <Button size="small" loading={doing.busy || own} disabled={live !== undefined} onClick={start}>
            {row.test === "untested" ? words.test : words.again}
          </Button>
          {row.needsKey && <KeyButton reader={row.id} onOpened={onEnded} />}
        </Flex>
        {own && <JobProgress followed={followed} />}
        {doing.problem !== undefined && <Failed problem={doing.problem} />}
        {steps === undefined ? (
          row.says !== null &&
          (row.hasKeyNow ? (
            <Alert type="success" showIcon role="status" title={row.says[language]} />
          ) : (
            <div className="gh-hint">{row.says[language]}</div>
          ))
        ) : (
          <TestSteps result={steps} />
        )}
      </Steady>
    </li>
  );
}

export function useDeviceTest(id: string, onEnded: () => void) {
  const [job, setJob] = useState<string>();
  const doing = useDoing();
  const followed = useJob(job);
  const ended = hasEnded(followed.job);
  const running = job !== undefined && !ended;
  const told = useRef(onEnded);
  told.current = onEnded;
  const start = async () => {
    setJob(undefined);
    await doing.run(async () => setJob((await call("POST /api/1/devices/:id/test", { params: { id } })).id));
  };
  useEffect(() => {
    if (ended) told.current();
  }, [ended]);
  return { followed, running, doing, start: () => void start() };
}
