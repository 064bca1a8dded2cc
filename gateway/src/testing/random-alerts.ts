/** Sixty days of a site with alerts of every kind and people who do anything to them, for tests of their life. */
import type { AlertState, Deed } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import type { CoreConfig } from "../core/model.ts";
import { CoreRun, DAY_MS, HOUR_MS, MINUTE_MS } from "./core-run.ts";
import { testConfig } from "./site.ts";

const PEOPLE = ["local:wang", "local:li", "platform:city"] as const;
const STEPS = ["acknowledge", "rectify", "verify", "close", "reopen", "note"] as const;
/** What would be next, so that lives are also lived to their end. */
const LIKELY: Readonly<Record<AlertState, readonly (typeof STEPS)[number][]>> = {
  raised: ["acknowledge"],
  reopened: ["acknowledge"],
  acknowledged: ["rectify", "close"],
  rectifying: ["verify", "close"],
  verifying: ["close", "rectify", "note"],
  closed: ["note", "reopen", "note", "note"],
};

export function randomConfig(): CoreConfig {
  const config = testConfig();
  return testConfig({
    spaces: config.site.spaces.map((space) => ({ ...space, registered: 1, address: { plate: `QR-${space.id}` } })),
    devices: [...config.site.devices, { id: "fire-1", kind: "fire-input", space: "F2" }],
    patrols: {
      roles: ["staff"],
      checkpoints: [
        { space: "F1", readers: ["lock-2"] },
        { space: "F2", everyDays: 3 },
      ],
    },
    credentials: [{ credential: "c_00000000a1", role: "staff" }],
    escalation: {
      contacts: [
        { id: "desk", role: "desk", channels: [{ via: "device", device: "lock-1" }] },
        { id: "keeper", role: "keeper", channels: [{ via: "platform" }] },
      ],
    },
  });
}

export type Disturb = (core: CoreRun, random: Random) => void;

/** `disturb` comes in between with chances of its own; `watch` after everything. */
export function live(seed: number, days: number, disturb: Disturb, watch: (core: CoreRun) => void = () => {}): CoreRun {
  const random = new Random(seed);
  const other = new Random(seed + 100_000);
  const core = new CoreRun(randomConfig(), "2026-03-02T12:00");
  core.say("count-1", "count.in", 1).say("count-2", "count.in", 1);
  let lived = 0;
  while (lived < days * DAY_MS) {
    const waitMs = Math.floor(random.float() * (random.chance(0.5) ? 40 * MINUTE_MS : 16 * HOUR_MS)) + 1_000;
    core.wait(waitMs);
    lived += waitMs;
    disturb(core, other);
    if (random.chance(0.15)) core.believe(random.chance(0.5) ? 5 : 1, 1, 5, random.pick([0.05, 0.5, 0.95]));
    if (random.chance(0.5)) happen(core, random);
    for (let n = random.int(0, 3); n > 0; n--) attempt(core, random);
    watch(core);
  }
  return core;
}

function happen(core: CoreRun, random: Random): void {
  const lock = random.pick(["lock-1", "lock-2"]);
  const kind = random.pick(["tamper.on", "tamper.off", "door.forced", "door.opened", "door.closed", "duress"] as const);
  const what = random.int(0, 9);
  if (what === 0) core.say("panic-1", "panic");
  else if (what === 1) core.say("fire-1", random.pick(["fire.on", "fire.off"]));
  else if (what === 2) core.say("lock-2", "patrol.tag", undefined, { credential: "c_00000000a1" });
  else core.say(lock, kind);
}

/** Many of them cannot be done: that too must come out the same. */
function attempt(core: CoreRun, random: Random): void {
  try {
    core.act(deedOf(core, random), random.pick(PEOPLE));
  } catch (error) {
    core.refusals.push(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}

function deedOf(core: CoreRun, random: Random): Deed {
  const space = random.pick(["F1", "F2"]);
  if (random.chance(0.03)) return { do: "patrol", space, plate: random.chance(0.8) ? `QR-${space}` : "QR-0" };
  const ids = [...core.state.alerts.keys()].sort();
  const alert = ids.length === 0 ? "alr_none" : random.pick(ids);
  const state = core.state.alerts.get(alert)?.alert.state ?? "raised";
  const step = random.chance(0.7) ? random.pick(LIKELY[state]) : random.pick(STEPS);
  if (step === "reopen" || step === "note") return { do: step, alert, note: "seen" };
  return { do: step, alert, ...(random.chance(0.6) ? { note: "so it is" } : {}) };
}
