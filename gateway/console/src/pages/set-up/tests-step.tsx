/** The fifth step: each device is tested, and says visibly how it went. */
import { Button, Checkbox, Flex, Typography } from "antd";
import { useEffect, useRef, useState } from "react";
import type { TestResult } from "../../../../src/console/table/jobs.ts";
import { useAnswer } from "../../client/use-answer.ts";
import { Failed } from "../../parts/failed.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { Steady } from "../../parts/steady.tsx";
import { useDoing } from "../../parts/use-doing.ts";
import { call } from "../../shell/box.ts";
import { fill, useWords } from "../../words/language.ts";
import { setUpWords } from "../../words/set-up.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { setUpTakingWords } from "../../words/set-up-taking.ts";
import { DeviceTest } from "./device-test.tsx";
import { JobProgress } from "./job-progress.tsx";
import { useKept } from "./kept-input.ts";
import { StepFrame, type StepProps } from "./step-frame.tsx";
import { byPlace, openTests, shownTests } from "./tests-shown.ts";
import { useJob } from "./use-job.ts";

const liveOf = (result: unknown): Readonly<Record<string, TestResult>> =>
  typeof result === "object" && result !== null && "devices" in result
    ? (result.devices as Readonly<Record<string, TestResult>>)
    : {};

/** The test of all goes on in the box, wherever one goes meanwhile. */
function useTestOfAll(onProgress: () => void) {
  const [job, keep] = useKept<{ id?: string }>("tests.job", {});
  const doing = useDoing();
  const followed = useJob(job.id);
  const running = followed.job?.state === "running";
  const told = useRef(onProgress);
  told.current = onProgress;
  const { state, progress } = followed.job ?? {};
  useEffect(() => {
    if (state !== undefined || progress !== undefined) told.current();
  }, [state, progress]);
  const start = (devices: readonly string[]) =>
    void doing.run(async () =>
      keep({ id: (await call("POST /api/1/device-tests", { body: { devices: [...devices] } })).id }),
    );
  return { followed, running, doing, start, live: running ? liveOf(followed.result) : {} };
}

export function TestsStep({ setUp, onNext, onBack }: StepProps) {
  const words = useWords(setUpDevicesWords);
  const taking = useWords(setUpTakingWords);
  const frame = useWords(setUpWords);
  const report = useAnswer("GET /api/1/reports/commissioning", {}, { reloadOn: ["health"] });
  const [chosen, setChosen] = useState<ReadonlySet<string>>();
  const all = useTestOfAll(report.reload);
  const devices = byPlace(report.answer?.devices ?? []);
  const passed = devices.filter(({ test }) => test === "passed").length;
  const open = openTests(devices);
  return (
    <StepFrame setUp={setUp} purpose={frame.testsFor} onBack={onBack} main={{ text: frame.next, act: onNext }}>
      <Loaded of={report}>
        {() =>
          devices.length === 0 ? (
            <Nothing text={words.noDevices} />
          ) : (
            <>
              <Flex gap="middle" wrap align="center">
                <Button
                  onClick={() => all.start(open.map(({ id }) => id))}
                  loading={all.doing.busy}
                  disabled={open.length === 0 || all.running}
                >
                  {fill(words.testAll, { n: open.length })}
                </Button>
                <Typography.Text strong role="status">
                  {fill(words.testSum, { passed, all: devices.length })}
                </Typography.Text>
                <Checkbox
                  checked={chosen !== undefined}
                  onChange={(event) => setChosen(event.target.checked ? new Set(open.map(({ id }) => id)) : undefined)}
                >
                  {words.onlyOpen}
                </Checkbox>
              </Flex>
              <p className="gh-hint">{taking.testAllHint}</p>
              <Steady>
                <JobProgress followed={all.followed} />
              </Steady>
              {all.doing.problem !== undefined && <Failed problem={all.doing.problem} />}
              <ul className="gh-rows">
                {shownTests(devices, chosen).map((row) => (
                  <DeviceTest key={row.id} row={row} live={all.live[row.id]} onEnded={report.reload} />
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
    </StepFrame>
  );
}
