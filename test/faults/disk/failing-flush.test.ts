import { systemClock } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { metric } from "../../support/gateway-process.ts";
import { eventually, type Rig } from "../../support/rig.ts";
import { account, DEVICES, type DiskLoad, startLoad } from "./disk-load.ts";
import { openFailingDisk } from "./failing-disk.ts";

const RATE = 200;
const logged = ({ gateway }: Rig, message: string): number =>
  gateway.log.filter((line) => line["msg"] === message && line["code"] === "storage-failing").length;
const codes = async ({ gateway }: Rig): Promise<string[]> => (await gateway.health()).codes.map(({ code }) => code);

/** The platform has each acknowledged reading once and every alert, also after a kill. */
async function expectNothingLost(rig: Rig, load: DiskLoad): Promise<void> {
  const { sent, acknowledged } = await load.stop();
  expect(acknowledged).toBe(sent);
  await rig.gateway.end("SIGKILL");
  await rig.restart();
  const isWhole = () => {
    const { absent, unexplained, alertsAmiss } = account(rig.city, load.acknowledged);
    return absent === 0 && unexplained === 0 && alertsAmiss.length === 0;
  };
  await eventually(isWhole, Boolean, 30_000);
  expect(account(rig.city, load.acknowledged)).toMatchObject({ countedTwice: 0, told: 0 });
}

describe("a flush that fails", () => {
  it("once is repeated before anything is acknowledged, with a code that comes and goes", async () => {
    await using disk = await openFailingDisk({ devices: DEVICES });
    const { rig, control } = disk;
    const load = startLoad(rig, RATE);
    await eventually(() => load.acknowledged.size > RATE, Boolean);
    control.fail({ error: "EIO", operations: ["sync"], at: 1, count: 1 });
    await eventually(() => logged(rig, "condition raised") > 0, Boolean, 5_000);
    await eventually(() => logged(rig, "condition cleared") > 0, Boolean, 5_000);
    expect(control.failed).toBe(1);
    await expectNothingLost(rig, load);
  });

  it.each(["sync", "write"] as const)(
    "for as long as every %s does, nothing is acknowledged; then all is, without a human",
    async (operation) => {
      await using disk = await openFailingDisk({ devices: DEVICES });
      const { rig, control } = disk;
      const load = startLoad(rig, RATE);
      await eventually(() => load.acknowledged.size > RATE, Boolean);
      control.fail({ error: "EIO", operations: [operation], at: 1 });
      await eventually(
        () => codes(rig),
        (list) => list.includes("storage-failing"),
        5_000,
      );
      const before = load.acknowledged.size;
      await eventually(() => control.failed > 5, Boolean);
      expect(load.acknowledged.size).toBe(before);
      control.heal();
      await eventually(() => load.acknowledged.size > before + RATE, Boolean);
      await eventually(
        () => codes(rig),
        (list) => !list.includes("storage-failing"),
        5_000,
      );
      await expectNothingLost(rig, load);
    },
  );
});

describe("a flush that takes long", () => {
  it("does not hold up the loop: 150 ms each at 200 readings a second", async () => {
    await using disk = await openFailingDisk({ devices: DEVICES });
    const { rig, control } = disk;
    control.delayFsync(150);
    const load = startLoad(rig, RATE);
    await eventually(() => load.acknowledged.size > RATE, Boolean);
    await rig.gateway.metrics();
    const startedMs = systemClock.monoMs();
    await eventually(() => systemClock.monoMs() - startedMs > 8_000, Boolean, 10_000);
    const page = await rig.gateway.metrics();
    const lagMs = (quantile: string) =>
      metric(page, "gatehouse_event_loop_lag_seconds", `{quantile="${quantile}"}`) * 1_000;
    const { sent, acknowledged, latencyMs } = await load.stop();
    console.log(
      `loop lag p50 ${lagMs("0.5").toFixed(1)} p99 ${lagMs("0.99").toFixed(1)} max ${lagMs("1").toFixed(1)} ms;`,
      latencyMs,
    );
    expect(acknowledged).toBe(sent);
    expect(acknowledged).toBeGreaterThan(RATE * 8);
    expect(latencyMs.p50).toBeGreaterThan(75);
    expect(lagMs("0.99")).toBeLessThan(50);
    control.delayFsync(0);
    await expectNothingLost(rig, load);
  });
});
