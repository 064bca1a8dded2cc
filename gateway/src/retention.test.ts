import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { buildModel } from "./core/model.ts";
import { Retention } from "./retention.ts";
import { MemoryLog } from "./testing/log.ts";
import { testConfig } from "./testing/site.ts";

const DAY_MS = 86_400_000;

it("asks for each risk colour's own time, goes on where it was, and starts anew from there", async () => {
  const clock = new FakeClock();
  const asked: { after: number; ageDays: number; devices: readonly string[] }[] = [];
  const answers = [
    { removed: 5, last: 512 },
    { removed: 1, last: null },
  ];
  const forget = async ({
    after,
    beforeMs,
    devices,
  }: {
    after: number;
    beforeMs: number;
    devices: readonly string[];
  }) => {
    asked.push({ after, ageDays: (clock.nowMs() - beforeMs) / DAY_MS, devices });
    return answers.shift() ?? { removed: 0, last: null };
  };
  const model = buildModel(
    testConfig({
      retention: { red: 300, blue: 30 },
      devices: [
        { id: "lock-1", kind: "lock", portal: "D1" },
        { id: "gate", kind: "reader", portal: "G" },
      ],
      portals: [
        { id: "D1", kind: "door", from: "outside", to: "F1" },
        { id: "G", kind: "gate", from: "outside", to: "outside" },
      ],
    }),
  );
  const retention = new Retention({ core: { model }, store: { forget }, clock, log: new MemoryLog() });
  const sweep = async () => {
    const done = retention.sweep(new AbortController().signal);
    await clock.advance(1_000);
    await done;
  };
  await sweep();
  expect(asked).toEqual([
    { after: 0, ageDays: 300, devices: ["lock-1"] },
    { after: 512, ageDays: expect.closeTo(300, 5), devices: ["lock-1"] },
    { after: 0, ageDays: expect.closeTo(30, 5), devices: ["gate"] },
  ]);
  await sweep();
  expect(asked[3]).toMatchObject({ after: 512, devices: ["lock-1"] });
});
