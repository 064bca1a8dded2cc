import { expect, it } from "vitest";
import { CoreRun, HOUR_MS } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";
import { cardValues } from "./card-features.ts";
import { HOURS } from "./diary.ts";

const devices = [
  { id: "lock-1", kind: "lock", portal: "D1" },
  { id: "meter-1", kind: "energy-meter", space: "F1" },
];

function used(core: CoreRun): number {
  const hours = core.state.beliefs.get("F1")?.diary.hours.energy;
  return Array.from({ length: HOURS }, (_, hour) => Math.max(0, hours?.[hour] ?? 0)).reduce((sum, wh) => sum + wh, 0);
}

it("takes what a meter counted since its last total, and nothing from a meter put in its place", () => {
  const core = new CoreRun(testConfig({ devices }), "2026-03-02T06:00");
  const say = (total: number, epoch?: number) =>
    core.say("meter-1", "meter.energyWh", total, { seq: undefined, epoch }).wait(HOUR_MS);
  say(1_000);
  say(1_300);
  const before = used(core);
  expect(before).toBeGreaterThan(290);
  say(88_000_000, 1);
  expect(used(core)).toBe(before);
  say(88_000_400, 1);
  expect(used(core) - before).toBeGreaterThan(390);
  expect(used(core) - before).toBeLessThan(410);
});

it("takes no jump of a total for use: a meter with a higher total was put in its place", () => {
  const core = new CoreRun(testConfig({ devices }), "2026-03-02T06:00");
  const say = (total: number) => core.say("meter-1", "meter.energyWh", total).wait(HOUR_MS);
  say(1_000);
  say(4_000);
  say(2_500_000);
  say(2_500_400);
  expect(used(core)).toBeGreaterThan(3_300);
  expect(used(core)).toBeLessThan(3_500);
});

const flats = ["F1", "F2", "F3"];
const threeFlats = (credentials: readonly object[] = []) =>
  testConfig({
    spaces: flats.map((id) => ({ id, kind: "flat", rooms: [{ areaM2: 12 }] })),
    portals: flats.map((id) => ({ id: `D-${id}`, kind: "door", from: "outside", to: id })),
    devices: flats.map((id) => ({ id: `lock-${id}`, kind: "lock", portal: `D-${id}` })),
    credentials,
  });
const KEY = "c_00000000bb";
const enter = (core: CoreRun, flat: string) =>
  core.say(`lock-${flat}`, "access.granted", undefined, { credential: KEY }).wait(HOUR_MS);
const rolesOf = ({ state }: CoreRun) => flats.map((id) => state.beliefs.get(id)?.roster.get(KEY)?.role);

it("takes a card on no list that opens three dwellings for nobody's who lives there", () => {
  const core = new CoreRun(threeFlats(), "2026-03-02T06:00");
  enter(enter(enter(core, "F1"), "F1"), "F2");
  expect(rolesOf(core)).toEqual(["unlisted", "unlisted", undefined]);
  enter(core, "F3");
  expect(rolesOf(core)).toEqual(["pass-key", "pass-key", "pass-key"]);
  const roster = core.state.beliefs.get("F1")?.roster ?? new Map();
  expect(cardValues(roster, 20_700, 0).every(Number.isNaN)).toBe(true);
  enter(core, "F1");
  expect(rolesOf(core.restart())).toEqual(["pass-key", "pass-key", "pass-key"]);
});

it("knows a card by the list as it stands now, not as it stood when it was first used", () => {
  const core = enter(new CoreRun(threeFlats(), "2026-03-02T06:00"), "F1");
  core.configure(threeFlats([{ credential: KEY, role: "cleaner" }]));
  enter(core, "F1");
  expect(rolesOf(core)[0]).toBe("cleaner");
});
