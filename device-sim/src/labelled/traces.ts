/** What every device of a site notices of the people: one trace a device. */
import type { Random } from "@gatehouse/protocol/testing";
import { type CounterTech, counterFacts } from "./counters.ts";
import { doorFacts } from "./doors.ts";
import { DAY_MS } from "./draws.ts";
import type { DoorDevices, DwellingDevices } from "./equipment.ts";
import type { DeviceTrace, Fact, SiteDevice } from "./fact.ts";
import type { Household } from "./household.ts";
import type { KeyCutter } from "./keys.ts";
import type { World } from "./labelled-site.ts";
import { drawMeterHabits, type MeterHabits } from "./meter-habits.ts";
import { meterFacts } from "./meters.ts";
import type { Flow } from "./movements.ts";
import { radarCounts, radarFacts, type Span, spansOf } from "./radars.ts";
import { turnstileFacts } from "./turnstiles.ts";

type Chance = (label: string) => Random;

const CARDED_AT_GATE = 0.985;

export function* tracesOf(world: World, chance: Chance, cutter: KeyCutter): Generator<DeviceTrace> {
  const { equipment, flows, hall, layout } = world;
  const meterHabits = drawMeterHabits(chance("meter-habits"));
  if (hall !== undefined && equipment.hall !== undefined)
    yield* doorTraces(world, chance, cutter, equipment.hall, hall.door);
  for (const [index, dwelling] of layout.dwellings.entries()) {
    const devices = equipment.dwellings[index] as DwellingDevices;
    const flow = flows[index] as Flow;
    const household = world.households[index] as Household;
    yield* doorTraces(world, chance, cutter, devices, flow, household);
    if (devices.radar === undefined && devices.energy === undefined) continue;
    const spans = spansOf(flow, world.plan.days * DAY_MS);
    if (devices.radar !== undefined)
      yield { device: devices.radar, facts: radar(world, chance, devices, devices.radar, spans) };
    const rooms = dwelling.roomsM2.length;
    yield* meters(world, chance, devices, spans, meterHabits, rooms, household.people.length);
  }
}

function* doorTraces(
  world: World,
  chance: Chance,
  cutter: KeyCutter,
  devices: DoorDevices,
  flow: Flow,
  household?: Household,
): Generator<DeviceTrace> {
  const { faults, habits, plan } = world;
  const door = devices.lock ?? devices.contact;
  if (door !== undefined) {
    const facts = doorFacts(chance(`door/${door.id}`), flow, {
      days: plan.days,
      habits,
      faults,
      deliveries: household === undefined ? 0 : household.guests.deliveries * habits.deliveries,
      keyed: devices.lock !== undefined,
      busy: household === undefined,
      behind: plan.family === "flats" ? 0.015 : 0.3,
      strangers: plan.family === "flats" ? 0.45 : 0.15,
      cutter,
      careless: household?.careless ?? 1,
    });
    yield { device: door, facts };
  }
  if (devices.readers !== undefined) {
    const facts = turnstileFacts(chance("gate"), flow, faults, CARDED_AT_GATE);
    yield { device: devices.readers.in, facts: facts.in };
    yield { device: devices.readers.out, facts: facts.out };
  }
  const { counter } = devices;
  if (counter !== undefined) {
    const random = chance(`counter/${counter.id}`);
    const facts = counterFacts(random, flow, counter.tech as CounterTech, faults, plan.days, counter.reportSeconds);
    yield { device: counter, facts };
  }
}

function radar(
  world: World,
  chance: Chance,
  devices: DwellingDevices,
  device: SiteDevice,
  spans: readonly Span[],
): Fact[] {
  const { faults, plan } = world;
  const random = chance(`radar/${device.id}`);
  const facts = radarFacts(random, spans, faults, plan.days, device.holdSeconds ?? 60);
  if (devices.radarCounts === undefined) return facts;
  return [...facts, ...radarCounts(random, spans, devices.radarCounts)].sort((a, b) => a.atMs - b.atMs);
}

function* meters(
  world: World,
  chance: Chance,
  devices: DwellingDevices,
  spans: readonly Span[],
  habits: MeterHabits,
  rooms: number,
  people: number,
): Generator<DeviceTrace> {
  const { energy, water } = devices;
  if (energy === undefined || water === undefined) return;
  const { calendar, equipment, faults } = world;
  const facts = meterFacts(chance(`meters/${energy.id}`), habits, spans, {
    calendar,
    faults,
    periodMs: equipment.meterSeconds * 1000,
    power: equipment.meterPower,
    rooms,
    people,
  });
  yield { device: energy, facts: facts.energy };
  yield { device: water, facts: facts.water };
}
