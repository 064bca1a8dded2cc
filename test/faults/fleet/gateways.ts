/** One process with many light gateways: takes readings, publishes, and says what it was given. Driven by its parent over IPC. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { uplinkTypes } from "gatehouse";
import { type LightGateway, openLightGateway, testConfig } from "gatehouse/testing";
import { type FleetMutant, settlingEarly } from "./mutants.ts";

export interface GatewaysTask {
  readonly ids: readonly string[];
  readonly servers: readonly string[];
  readonly dir: string;
  readonly seed: number;
  /** Readings a second of each gateway. */
  readonly ratePerSecond: number;
  readonly mutant: FleetMutant | undefined;
}

/** What the parent may say. */
export type Told = "stop" | "status" | "end";

export interface GatewaysStatus {
  readonly publishing: boolean;
  readonly gateways: readonly {
    readonly id: string;
    readonly acknowledged: number;
    readonly alerts: number;
    readonly links: number;
    readonly waiting: number;
  }[];
}

interface Busy {
  readonly gateway: LightGateway;
  acknowledged: number;
}

const task = JSON.parse(process.argv[2] ?? "{}") as GatewaysTask;
const stop = new AbortController();
const fleet = await Promise.all(task.ids.map(open));
let publishing = true;
Promise.all(fleet.map((busy, index) => publish(busy, new Random(`${task.seed}/${task.ids[index]}`)))).then(
  () => {
    publishing = false;
  },
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);

process.on("message", (told: Told) => {
  if (told === "stop") stop.abort();
  else if (told === "status") void status().then((now) => process.send?.(now));
  else void end();
});
process.send?.("ready");

async function open(id: string): Promise<Busy> {
  const row = uplinkTypes.find(({ type }) => type === "nats");
  if (row === undefined) throw new RangeError("there is no uplink type nats");
  const dir = join(task.dir, id);
  mkdirSync(dir, { recursive: true });
  const random = new Random(`${task.seed}/${id}/links`);
  const gateway = await openLightGateway({
    dir,
    config: testConfig({ gateway: { id } }),
    clock: systemClock,
    random: () => random.float(),
    makeUplink: (deps) => {
      const uplink = row.create("town", row.config.parse({ servers: task.servers }) as never, deps);
      return task.mutant === "settle-early" ? settlingEarly(uplink) : uplink;
    },
  });
  return { gateway, acknowledged: 0 };
}

/** Counts, and now and then somebody opens a lock's housing and closes it again. */
async function publish(busy: Busy, random: Random): Promise<void> {
  const pauseMs = 1_000 / task.ratePerSecond;
  for (let seq = 1; !stop.signal.aborted; seq++) {
    const on = seq % 2 === 0;
    const door = 1 + random.int(0, 1);
    const tampered = random.chance(0.3);
    const device = tampered ? `lock-${door}` : `count-${door}`;
    const kind = tampered ? (on ? "tamper.on" : "tamper.off") : on ? "count.in" : "count.out";
    const rejections = await busy.gateway.accept([{ device, epoch: 1, seq, kind }]);
    if (rejections.length > 0) throw new RangeError(`rejected: ${rejections[0]?.reason}`);
    busy.acknowledged += 1;
    await systemClock.sleep(random.float() * 2 * pauseMs, stop.signal).catch(() => {});
  }
}

async function status(): Promise<GatewaysStatus> {
  const gateways = fleet.map(async ({ gateway, acknowledged }) => {
    const { id, alerts, links } = gateway;
    return { id, acknowledged, alerts, links, waiting: await gateway.waiting() };
  });
  return { publishing, gateways: await Promise.all(gateways) };
}

async function end(): Promise<void> {
  await Promise.all(fleet.map(({ gateway }) => gateway.close()));
  process.disconnect?.();
}
