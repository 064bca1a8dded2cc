/** One device with its test: started by hand or in turn, its steps as they come. */
import { Button, Flex } from "antd";
import { useEffect, useRef, useState } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { Failed } from "../../parts/failed.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { useTimes } from "../../shell/site.tsx";
import { deviceKindWords } from "../../words/device-kinds.ts";
import { useLanguage, useWords } from "../../words/language.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { JobProgress } from "./job-progress.tsx";
import { TestSteps, TestTag } from "./test-state.tsx";
import { hasEnded, useJob } from "./use-job.ts";

type Row = AnswerOf<"GET /api/1/reports/commissioning">["devices"][number];

interface DeviceTestProps {
  readonly row: Row;
  /** It is its turn. */
  readonly wanted: boolean;
  readonly onEnded: () => void;
}

export function DeviceTest({ row, wanted, onEnded }: DeviceTestProps) {
  const words = useWords(setUpDevicesWords);
  const kinds = useWords(deviceKindWords);
  const language = useLanguage();
  const { time } = useTimes();
  const { followed, running, doing, start } = useDeviceTest(row.id, wanted, onEnded);
  const kind = row.kind in kinds ? kinds[row.kind as keyof typeof kinds] : row.kind;
  return (
    <li>
      <Flex gap="small" wrap align="center">
        <strong dir="auto">{row.id}</strong>
        <span>{kind}</span>
        <bdi className="gh-hint">{row.where}</bdi>
        <TestTag state={running ? "running" : row.test} />
        {row.testedAt !== null && !running && <span className="gh-hint">{time(row.testedAt)}</span>}
        <Button size="small" loading={doing.busy || running} onClick={start}>
          {row.test === "untested" ? words.test : words.again}
        </Button>
      </Flex>
      {running && <JobProgress followed={followed} />}
      {doing.problem !== undefined && <Failed problem={doing.problem} />}
      {followed.job === undefined ? (
        row.says !== null && <div className="gh-hint">{row.says[language]}</div>
      ) : (
        <TestSteps result={followed.result} />
      )}
    </li>
  );
}

export function useDeviceTest(id: string, wanted: boolean, onEnded: () => void) {
  const [job, setJob] = useState<string>();
  const doing = useDoing();
  const followed = useJob(job);
  const ended = hasEnded(followed.job);
  const running = job !== undefined && !ended;
  const told = useRef(onEnded);
  told.current = onEnded;
  const asked = useRef(false);
  const start = async () => {
    setJob(undefined);
    const done = await doing.run(async () =>
      setJob((await call("POST /api/1/devices/:id/test", { params: { id } })).id),
    );
    if (!done) told.current();
  };
  const begin = useRef(start);
  begin.current = start;
  useEffect(() => {
    if (!wanted) asked.current = false;
    else if (!asked.current) {
      asked.current = true;
      void begin.current();
    }
  }, [wanted]);
  useEffect(() => {
    if (ended) told.current();
  }, [ended]);
  return { followed, running, doing, start: () => void start() };
}
