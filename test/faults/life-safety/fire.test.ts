import { spawnLoad } from "@gatehouse/device-sim";
import { expect, it } from "vitest";
import { openFireDrill, quantile, spread } from "../../support/fire-drill.ts";
import { FIRE_INPUT, fireSections } from "../../support/fire-site.ts";
import { deviceIds } from "../../support/load-site.ts";
import { eventually, type Rig, readingsTopic } from "../../support/rig.ts";
import { openFailingDisk } from "../disk/failing-disk.ts";

interface FireEvent {
  readonly data?: {
    readonly kind?: string;
    readonly evidence?: readonly { readonly source: string; readonly says: string }[];
  };
}

/** The promise; a machine that is busy with other things may delay one in twenty. */
const LIMIT_MS = 500;
const SHARE = 0.95;
const DOORS = 8;
const COUNTERS = 56;

const codes = async ({ gateway }: Rig): Promise<string[]> => (await gateway.health()).codes.map(({ code }) => code);
const open = () =>
  openFailingDisk({ sections: fireSections(COUNTERS, DOORS, { hold: "input" }), devices: COUNTERS, args: [] });

it("opens every door within 500 ms while the platform is down", async () => {
  await using disk = await open();
  await disk.rig.city.fail("refuse");
  await using drill = await openFireDrill(disk.rig, DOORS);
  const took: number[] = [];
  for (let round = 0; round < 100; round++) {
    took.push(await drill.fire());
    await drill.over();
  }
  console.log(`platform down: ${spread(took)} ms to the last of ${DOORS} doors`);
  expect(quantile(took, SHARE)).toBeLessThan(LIMIT_MS);
});

it("opens every door within 500 ms while readings come as fast as they can and every flush takes 150 ms", async () => {
  await using disk = await open();
  const { rig, control } = disk;
  await rig.city.fail("refuse");
  await using drill = await openFireDrill(rig, DOORS);
  control.delayFsync(150);
  let acknowledged = 0;
  const load = spawnLoad({ url: rig.url, devices: deviceIds(COUNTERS), window: 8 }, (progress) => {
    acknowledged = progress.acknowledged;
  });
  await eventually(() => acknowledged > 2_000, Boolean, 30_000);
  const took: number[] = [];
  for (let round = 0; round < 100; round++) {
    took.push(await drill.fire());
    await drill.over();
  }
  load.stop();
  const { perSecond } = await load.result;
  console.log(`busy, ${Math.round(perSecond)} readings/s, slow disk: ${spread(took)} ms to the last of ${DOORS} doors`);
  expect(quantile(took, SHARE)).toBeLessThan(LIMIT_MS);
});

it.each(["EIO", "ENOSPC"] as const)(
  "opens every door within 500 ms while every write fails with %s, and writes it down once the disk works",
  async (error) => {
    await using disk = await open();
    const { rig, control } = disk;
    await rig.city.fail("refuse");
    await using drill = await openFireDrill(rig, DOORS);
    const load = spawnLoad({ url: rig.url, devices: deviceIds(COUNTERS), window: 8 });
    const took: number[] = [];
    let released: object | undefined;
    for (let round = 0; round < 40; round++) {
      control.fail({ error, operations: ["write", "sync"], at: 1 });
      // Panel and doors have readings that wait for the disk: each must be heard on.
      drill.chatter();
      await eventually(() => control.failed > 3, Boolean);
      took.push(await drill.fire());
      const heard = () => rig.gateway.log.filter(({ msg }) => msg === "doors released").at(-1);
      const line = await eventually(heard, (seen) => seen !== undefined && seen !== released, 5_000);
      expect(line).toMatchObject({ doors: DOORS, missing: [] });
      released = line;
      expect((await codes(rig)).filter((code) => /^storage-(failing|full)$/.test(code))).not.toEqual([]);
      control.heal();
      await drill.over();
    }
    load.stop();
    await load.result;
    console.log(`${error}: ${spread(took)} ms to the last of ${DOORS} doors`);
    expect(quantile(took, SHARE)).toBeLessThan(LIMIT_MS);
    await rig.city.fail();
    const fires = () =>
      rig.city.events
        .map(({ event }) => (event as FireEvent | undefined)?.data)
        .flatMap((data) => (data?.kind === "fire" ? (data.evidence ?? []) : []))
        .filter(({ source }) => source === "egress");
    const all = await eventually(fires, (seen) => seen.length > 0, 30_000);
    expect(all[0]?.says).toMatch(/^8 of 8 doors released, the slowest after \d+ ms$/);
  },
);

it("a gateway that is killed in a fire opens the doors when it is back, also those that were away, and locks nothing by itself", async () => {
  await using disk = await openFailingDisk({ sections: fireSections(1, 2), devices: 1 });
  const { rig } = disk;
  {
    await using drill = await openFireDrill(rig, 2);
    await drill.fire();
    const panel = await rig.device(FIRE_INPUT);
    await panel.publishAsync(readingsTopic(FIRE_INPUT), JSON.stringify({ kind: "fire.off" }), { qos: 1 });
  }
  await rig.gateway.end("SIGKILL");
  await rig.restart();
  expect(
    await eventually(
      () => codes(rig),
      (seen) => seen.includes("egress-blocked"),
    ),
  ).toContain("egress-blocked");
  await using drill = await openFireDrill(rig, 2);
  await eventually(() => drill.doors.every(({ commands }) => commands.length > 0), Boolean, 4_000);
  expect(drill.doors.flatMap(({ commands }) => commands.map(({ action }) => action))).not.toContain("lock");
  await eventually(
    () => codes(rig),
    (seen) => !seen.includes("egress-blocked"),
  );
});
