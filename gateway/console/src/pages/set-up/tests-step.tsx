/** The fifth step: each device is tested, and says visibly how it went. */
import { Button, Checkbox, Flex, Typography } from "antd";
import { useState } from "react";
import { useAnswer } from "../../client/use-answer.ts";
import { Loaded } from "../../parts/loaded.tsx";
import { Nothing } from "../../parts/nothing.tsx";
import { fill, useWords } from "../../words/language.ts";
import { setUpWords } from "../../words/set-up.ts";
import { setUpDevicesWords } from "../../words/set-up-devices.ts";
import { DeviceTest } from "./device-test.tsx";
import { StepFrame, type StepProps } from "./step-frame.tsx";

/** So many tests at a time: more would fight over the lines. */
const AT_ONCE = 4;

export function TestsStep({ setUp, onNext, onBack }: StepProps) {
  const words = useWords(setUpDevicesWords);
  const frame = useWords(setUpWords);
  const report = useAnswer("GET /api/1/reports/commissioning", {});
  const [onlyOpen, setOnlyOpen] = useState(false);
  const [queue, setQueue] = useState<readonly string[]>([]);
  const devices = report.answer?.devices ?? [];
  const passed = devices.filter(({ test }) => test === "passed").length;
  const open = devices.filter(({ test }) => test !== "passed");
  const under = new Set(queue.slice(0, AT_ONCE));
  const ended = (id: string) => {
    setQueue((now) => now.filter((one) => one !== id));
    report.reload();
  };
  return (
    <StepFrame setUp={setUp} purpose={frame.testsFor} onBack={onBack} main={{ text: frame.next, act: onNext }}>
      <Loaded of={report}>
        {({ devices: all }) =>
          all.length === 0 ? (
            <Nothing text={words.noDevices} />
          ) : (
            <>
              <Flex gap="middle" wrap align="center">
                <Button
                  onClick={() => setQueue(open.map(({ id }) => id))}
                  disabled={open.length === 0 || queue.length > 0}
                >
                  {fill(words.testAll, { n: open.length })}
                </Button>
                {queue.length > 0 && <Button onClick={() => setQueue([])}>{words.cancel}</Button>}
                <Typography.Text strong role="status">
                  {fill(words.testSum, { passed, all: all.length })}
                </Typography.Text>
                <Checkbox checked={onlyOpen} onChange={(event) => setOnlyOpen(event.target.checked)}>
                  {words.onlyOpen}
                </Checkbox>
              </Flex>
              <ul className="gh-rows">
                {all
                  .filter(({ id, test }) => !onlyOpen || test !== "passed" || queue.includes(id))
                  .map((row) => (
                    <DeviceTest key={row.id} row={row} wanted={under.has(row.id)} onEnded={() => ended(row.id)} />
                  ))}
              </ul>
            </>
          )
        }
      </Loaded>
    </StepFrame>
  );
}
