/** From the word of a fire input to the command at the last of eight doors: at rest, under load, on a slow disk and on a dead one. */
import { spawnLoad } from "@gatehouse/device-sim";
import { openFailingDisk } from "../faults/disk/failing-disk.ts";
import { openFireDrill } from "../support/fire-drill.ts";
import { fireSections } from "../support/fire-site.ts";
import { deviceIds } from "../support/load-site.ts";
import { eventually } from "../support/rig.ts";

const DOORS = 8;
const COUNTERS = 56;
const SLOW_FLUSH_MS = 150;

export interface FireTimes {
  readonly rest: readonly number[];
  readonly load: readonly number[];
  readonly slowDisk: readonly number[];
  readonly deadDisk: readonly number[];
  readonly readingsPerSecond: number;
}

/** The platform is down throughout. */
export async function benchFire(rounds: number): Promise<FireTimes> {
  await using disk = await openFailingDisk({
    sections: fireSections(COUNTERS, DOORS, { hold: "input" }),
    devices: COUNTERS,
  });
  const { rig, control } = disk;
  await rig.city.fail("refuse");
  await using drill = await openFireDrill(rig, DOORS);
  const times = async (before = async () => {}, behind = () => {}): Promise<number[]> => {
    const took: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await before();
      took.push(await drill.fire());
      behind();
      await drill.over();
    }
    return took;
  };
  const rest = await times();
  const loaded = spawnLoad({ url: rig.url, devices: deviceIds(COUNTERS), window: 32 });
  const load = await times();
  control.delayFsync(SLOW_FLUSH_MS);
  const slowDisk = await times();
  control.delayFsync(0);
  loaded.stop();
  const { perSecond } = await loaded.result;
  const die = async () => {
    control.fail({ error: "EIO", operations: ["write", "sync"], at: 1 });
    drill.chatter();
    await eventually(() => control.failed > 0, Boolean);
  };
  const deadDisk = await times(die, () => control.heal());
  return { rest, load, slowDisk, deadDisk, readingsPerSecond: Math.round(perSecond) };
}
