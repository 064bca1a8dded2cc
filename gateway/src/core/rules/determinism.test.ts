import { CustomRule, type RawReading } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS, MINUTE_MS } from "../../testing/core-run.ts";
import { testConfig, testPolicy } from "../../testing/site.ts";
import type { CoreConfig } from "../model.ts";
import { takeSnapshot, touchAll } from "../state.ts";

const rule = (facts: object): CustomRule => CustomRule.parse({ title: { zh: "一", en: "One" }, ...facts });

/** Every rule there is can fire, and the budget is small enough to be used up. */
function everything(): CoreConfig {
  const site = testConfig().site;
  const spaces = site.spaces.map((space) => ({ ...space, registered: 1 }));
  const devices = [
    ...site.devices,
    { id: "radar-1", kind: "presence", space: "F1" },
    { id: "meter-1", kind: "energy-meter", space: "F2" },
  ];
  const { overcrowding: _, ...policy } = testPolicy;
  return {
    site: testConfig({ spaces, devices }).site,
    policies: [{ ...policy, alertBudget: { perGridAndDay: 1 } }],
    rules: [
      rule({ id: "r", when: "reading", if: 'kind == "door.opened" && hour < 12', days: { over: 2, of: 4 } }),
      rule({ id: "e", when: "estimate", if: "present > 3", for: "3h" }),
      rule({ id: "c", when: "calendar", if: "residing > 2", at: "05:30" }),
    ],
  };
}

const KINDS: Readonly<Record<string, readonly RawReading["kind"][]>> = {
  "lock-1": [
    "access.granted",
    "door.opened",
    "door.closed",
    "door.forced",
    "tamper.on",
    "tamper.off",
    "device.offline",
  ],
  "lock-2": ["access.granted", "door.opened", "door.closed", "duress", "fire.on", "fire.off"],
  "count-1": ["count.in", "count.in", "count.out"],
  "count-2": ["count.in", "count.out", "count.out"],
  "panic-1": ["panic"],
  "radar-1": ["presence.on", "presence.off"],
  "meter-1": ["meter.energyWh"],
};

/** The same days for the same seed; `disturb` may put a restart between any two readings. */
function days(seed: number, disturb: (core: CoreRun) => void): CoreRun {
  const random = new Random(seed);
  const core = new CoreRun(everything(), "2026-03-02T12:00");
  for (let i = 0; i < 400; i++) {
    core.wait(Math.floor(random.exponential(90 * MINUTE_MS)));
    if (random.chance(0.005)) core.setClock(random.int(-3, 3) * HOUR_MS);
    const device = random.pick(Object.keys(KINDS));
    const kind = random.pick(KINDS[device] ?? []);
    const value = kind.startsWith("count")
      ? random.int(1, 4)
      : kind.startsWith("meter")
        ? random.int(0, 100)
        : undefined;
    const late = random.chance(0.2)
      ? { at: new Date(core.nowMs - Math.floor(random.exponential(HOUR_MS))).toISOString() }
      : {};
    core.say(device, kind, value, late);
    core.believe(random.int(0, 6));
    disturb(core);
  }
  return core.wait(DAY_MS);
}

/** By name, so that the order of keys, which means nothing, does not count. */
const pieces = (core: CoreRun): Record<string, unknown> => {
  touchAll(core.state);
  const all = takeSnapshot(core.state, 1).pieces.flatMap(({ part, id, body }) =>
    body === null ? [] : [[`${part}/${id}`, JSON.parse(body)] as const],
  );
  return Object.fromEntries(all);
};

test("all rules together decide the same through restarts at any moment, for every seed", () => {
  const kinds = new Set<string>();
  for (let seed = 1; seed <= 4; seed++) {
    const whole = days(seed, () => undefined);
    const chance = new Random(seed + 1_000);
    const disturbed = days(seed, (core) => {
      if (chance.chance(0.05)) core.restart();
    });
    expect(JSON.stringify(disturbed.events), `seed ${seed}`).toBe(JSON.stringify(whole.events));
    expect(pieces(disturbed), `seed ${seed}`).toEqual(pieces(whole));
    for (const { alert } of whole.events) kinds.add(alert.kind);
  }
  for (const kind of [
    "custom",
    "door-held",
    "device-fault",
    "unregistered-residents",
    "overcrowded-now",
    "fire",
    "duress",
  ])
    expect([...kinds]).toContain(kind);
});
