/** Which devices a site has: their ids, places, techniques and options. */
import type { Random } from "@gatehouse/protocol/testing";
import type { CounterTech } from "./counters.ts";
import { between, reweigh, weighted } from "./draws.ts";
import type { SiteDevice } from "./fact.ts";
import type { Dwelling, Hall, Layout } from "./layout.ts";
import type { LabelledPlan } from "./options.ts";

export interface DoorDevices {
  readonly portal: string;
  readonly lock?: SiteDevice;
  readonly contact?: SiteDevice;
  readonly counter?: SiteDevice;
  readonly readers?: { readonly in: SiteDevice; readonly out: SiteDevice };
}

export interface DwellingDevices extends DoorDevices {
  readonly radar?: SiteDevice;
  /** The most people the radar can tell apart; absent where it only says on and off. */
  readonly radarCounts?: number;
  readonly energy?: SiteDevice;
  readonly water?: SiteDevice;
}

export interface Equipment {
  readonly dwellings: readonly DwellingDevices[];
  readonly hall: DoorDevices | undefined;
  /** How often meters report. */
  readonly meterSeconds: number;
  readonly meterPower: boolean;
}

const DORMITORY_COUNTERS = 0.6;

export function drawEquipment(random: Random, plan: LabelledPlan, layout: Layout): Equipment {
  const summing = between(random, 0.08, 0.35);
  const techs = reweigh(random, { beam: 38, tof: 45, thermal: 17 }, 0.35);
  const meterSeconds = random.pick([300, 900, 1800, 3600]);
  const meterPower = random.chance(0.3);
  const { hall } = layout;
  const counter = (id: string, tech: CounterTech): SiteDevice => {
    const sums = random.chance(summing) ? { reportSeconds: 300 } : {};
    return { id: `CT-${id}`, kind: "counter", driver: "mqtt", portal: `D-${id}`, tech, ...sums };
  };
  const dwellings = layout.dwellings.map((dwelling) => {
    const tech = weighted(random, techs);
    const counted = layout.family !== "dormitory" || random.chance(DORMITORY_COUNTERS);
    return {
      ...doorOf(plan, dwelling),
      ...(plan.sensors.has("counter") && counted ? { counter: counter(dwelling.id, tech) } : {}),
      ...(plan.sensors.has("radar") ? radarOf(random, plan, dwelling) : {}),
      ...(plan.sensors.has("meters") ? metersOf(dwelling, meterSeconds) : {}),
    };
  });
  return {
    dwellings,
    hall: hall === undefined ? undefined : hallDoor(plan, hall, () => counter(hall.id, "tof")),
    meterSeconds,
    meterPower,
  };
}

function doorOf(plan: LabelledPlan, { id }: Dwelling): DoorDevices {
  const portal = `D-${id}`;
  if (!plan.sensors.has("lock")) return { portal };
  if (plan.family === "construction")
    return { portal, contact: { id: `DC-${id}`, kind: "contact", driver: "mqtt", portal } };
  return { portal, lock: lockAt(id) };
}

const lockAt = (id: string): SiteDevice => ({
  id: `LK-${id}`,
  kind: "lock",
  driver: "mqtt",
  portal: `D-${id}`,
  doorContact: true,
});

function radarOf(random: Random, plan: LabelledPlan, { id }: Dwelling): Pick<DwellingDevices, "radar" | "radarCounts"> {
  const holdSeconds = random.pick([60, 90, 120, 180]);
  const counting = plan.kind === "all-sensors" && random.chance(0.5);
  const radar: SiteDevice = {
    id: `RD-${id}`,
    kind: "presence",
    driver: "mqtt",
    space: id,
    ...(counting ? { tech: "radar" } : {}),
    holdSeconds,
  };
  return counting ? { radar, radarCounts: random.int(2, 5) } : { radar };
}

function metersOf({ id }: Dwelling, reportSeconds: number): Pick<DwellingDevices, "energy" | "water"> {
  return {
    energy: { id: `EM-${id}`, kind: "energy-meter", driver: "mqtt", space: id, reportSeconds },
    water: { id: `WM-${id}`, kind: "water-meter", driver: "mqtt", space: id, reportSeconds },
  };
}

function hallDoor(plan: LabelledPlan, hall: Hall, counter: () => SiteDevice): DoorDevices {
  const counted = plan.sensors.has("counter");
  if (hall.kind === "corridor") {
    return {
      portal: `D-${hall.id}`,
      ...(plan.sensors.has("lock") ? { lock: lockAt(hall.id) } : {}),
      ...(counted ? { counter: counter() } : {}),
    };
  }
  const gate = { driver: "mqtt", portal: "T-GATE" } as const;
  return {
    portal: "T-GATE",
    ...(plan.sensors.has("lock")
      ? {
          readers: {
            in: { id: "RI-GATE", kind: "reader", ...gate, direction: "in" },
            out: { id: "RO-GATE", kind: "reader", ...gate, direction: "out" },
          },
        }
      : {}),
    ...(counted ? { counter: { id: "CT-GATE", kind: "counter", ...gate, tech: "turnstile" } } : {}),
  };
}

/** All devices of a door or dwelling in the order of the site file. */
export function devicesOf(devices: DwellingDevices): SiteDevice[] {
  const { lock, contact, readers, counter, radar, energy, water } = devices;
  return [lock, readers?.in, readers?.out, contact, counter, radar, energy, water].filter(
    (device) => device !== undefined,
  );
}
