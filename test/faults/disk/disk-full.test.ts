import { systemClock } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { eventually, openRig, type Rig } from "../../support/rig.ts";
import { type Account, account, DEVICES, type DiskLoad, startLoad } from "./disk-load.ts";
import { openSmallDisk, type SmallDisk } from "./small-disk.ts";

const BALLAST = ["--ballast", "8"];

const codes = async ({ gateway }: Rig): Promise<string[]> => (await gateway.health()).codes.map(({ code }) => code);

const raisedInLog = ({ gateway }: Rig, code: string): number =>
  gateway.log.filter((line) => line["msg"] === "condition raised" && line["code"] === code).length;

/** The platform works again, all that is owed leaves, and what was evicted is told. */
async function settled(rig: Rig, { acknowledged }: DiskLoad): Promise<Account> {
  await rig.city.fail();
  const nothingOwed = (page: string) => !/gatehouse_outbox_waiting\{.*\} [1-9]/.test(page);
  await eventually(rig.gateway.metrics, nothingOwed, 60_000);
  // Gaps of the last minute are told by the next start at the latest.
  expect(await rig.gateway.end("SIGTERM")).toBe(0);
  await rig.restart();
  const isWhole = ({ unexplained, absent, told }: Account) => unexplained === 0 && absent <= told;
  return eventually(() => account(rig.city, acknowledged), isWhole, 60_000);
}

/** Takes what room appears until nothing is acknowledged for a second, or old telemetry has made room for ten. */
async function keepFull(disk: SmallDisk, load: DiskLoad): Promise<boolean> {
  for (let second = 0; second < 10; second++) {
    const before = load.acknowledged.size;
    for (let i = 0; i < 10; i++) {
      disk.fill();
      await systemClock.sleep(100);
    }
    if (load.acknowledged.size === before) return true;
  }
  return false;
}

const lanesOf = ({ lanes }: Account) => lanes.filter((lane) => lane !== "telemetry" && lane !== "presence");

describe("a full disk", () => {
  it("filled by somebody else stops acknowledgements, not the gateway, and costs nothing acknowledged", async () => {
    using disk = openSmallDisk(32);
    await using rig = await openRig({ devices: DEVICES, parent: disk.path, env: disk.env, args: BALLAST });
    await rig.city.fail("refuse");
    const load = startLoad(rig, 600);
    await eventually(() => load.acknowledged.size > 600, Boolean);
    const stalled = await keepFull(disk, load);
    expect(raisedInLog(rig, "storage-full")).toBeGreaterThan(0);
    if (stalled) expect(await codes(rig)).toContain("storage-full");
    disk.clear();
    const before = load.acknowledged.size;
    await eventually(() => load.acknowledged.size > before + 600, Boolean, 20_000);
    await eventually(
      () => codes(rig),
      (list) => !list.includes("storage-full") && !list.includes("storage-failing"),
    );
    const { sent, acknowledged } = await load.stop();
    expect(acknowledged).toBe(sent);
    const result = await settled(rig, load);
    console.log(`${disk.kind}, ${stalled ? "stalled" : "went on"}: ${acknowledged} acknowledged,`, result);
    expect(result).toMatchObject({ alertsAmiss: [], unexplained: 0, countedTwice: 0 });
    expect(lanesOf(result)).toEqual([]);
  });

  it.each(["SIGKILL", "SIGTERM"] as const)(
    "is no reason not to start after %s: the ballast gives the room",
    async (signal) => {
      using disk = openSmallDisk(32);
      await using rig = await openRig({ devices: DEVICES, parent: disk.path, env: disk.env, args: BALLAST });
      const load = startLoad(rig, 600);
      await eventually(() => load.acknowledged.size > 600, Boolean);
      await rig.gateway.end(signal);
      disk.fill();
      await rig.restart();
      const { sent, acknowledged } = await load.stop();
      expect(acknowledged).toBe(sent);
      const result = await settled(rig, load);
      expect(result).toMatchObject({ absent: 0, alertsAmiss: [], unexplained: 0, countedTwice: 0 });
    },
  );

  it("smaller than the budget makes the store evict in time, and never fills up by itself", async () => {
    using disk = openSmallDisk(32);
    await using rig = await openRig({
      devices: DEVICES,
      parent: disk.path,
      env: disk.env,
      args: [...BALLAST, "--budget", "2000"],
    });
    await rig.city.fail("refuse");
    const load = startLoad(rig, undefined);
    await eventually(() => raisedInLog(rig, "storage-evicting") > 0, Boolean, 120_000);
    const before = load.acknowledged.size;
    await eventually(() => load.acknowledged.size > before + 5_000, Boolean, 60_000);
    const { sent, acknowledged } = await load.stop();
    expect(acknowledged).toBe(sent);
    expect(raisedInLog(rig, "storage-full") + raisedInLog(rig, "storage-failing")).toBe(0);
    const result = await settled(rig, load);
    console.log(`${acknowledged} acknowledged,`, result);
    expect(result).toMatchObject({ alertsAmiss: [], unexplained: 0, countedTwice: 0 });
    expect(result.absent).toBeGreaterThan(1_000);
    expect(lanesOf(result)).toEqual([]);
  });

  it("is the same to a budget that is used up: telemetry goes, alerts stay, and the platform is told of every item", async () => {
    await using rig = await openRig({ devices: DEVICES, args: [...BALLAST, "--budget", "12"] });
    await rig.city.fail("refuse");
    const load = startLoad(rig, undefined);
    await eventually(() => raisedInLog(rig, "storage-evicting") > 0, Boolean, 120_000);
    const before = load.acknowledged.size;
    await eventually(() => load.acknowledged.size > before + 5_000, Boolean, 60_000);
    const { sent, acknowledged } = await load.stop();
    expect(acknowledged).toBe(sent);
    expect(await codes(rig)).toContain("storage-evicting");
    const result = await settled(rig, load);
    console.log(`${acknowledged} acknowledged,`, result);
    expect(result).toMatchObject({ alertsAmiss: [], unexplained: 0, countedTwice: 0 });
    expect(result.absent).toBeGreaterThan(1_000);
    expect(lanesOf(result)).toEqual([]);
  });
});
