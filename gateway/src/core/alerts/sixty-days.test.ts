import { expect, it } from "vitest";
import { type CoreRun, DAY_MS } from "../../testing/core-run.ts";
import { live } from "../../testing/random-alerts.ts";
import { takeSnapshot, touchAll } from "../state.ts";

const outcome = ({ events, facts, orders, refusals, state }: CoreRun) => ({
  events,
  facts,
  orders,
  refusals,
  alerts: [...state.alerts].sort(([a], [b]) => (a < b ? -1 : 1)),
  timers: [...state.timers].sort(([a], [b]) => (a < b ? -1 : 1)),
});

it.each([1, 2, 3])(
  "sixty days of alerts, restarted at random moments with the clock set ahead and back, are the same sixty days (seed %i)",
  (seed) => {
    const quiet = live(seed, 60, () => {});
    const disturbed = live(seed, 60, (core, random) => {
      if (random.chance(0.3)) core.restart();
      if (random.chance(0.2)) {
        const shiftMs = Math.round(random.float() * 30 * DAY_MS);
        core.setClock(shiftMs);
        if (random.chance(0.5)) core.restart();
        core.setClock(-shiftMs);
      }
    });
    expect(outcome(disturbed)).toEqual(outcome(quiet));
    const kinds = new Set(quiet.events.map(({ alert }) => alert.kind));
    for (const kind of ["group-rental", "tamper", "panic", "fire", "patrol-overdue"]) expect(kinds).toContain(kind);
    const asked = new Set(quiet.events.map(({ alert }) => alert.escalation?.to));
    for (const to of ["desk", "keeper", "platform"]) expect(asked).toContain(to);
    const ways = new Set(quiet.events.map(({ alert }) => alert.closedBy?.how));
    for (const how of ["sensors", "person"]) expect(ways).toContain(how);
    expect(quiet.events.some(({ alert }) => alert.closedBy?.contested === true)).toBe(true);
    expect(quiet.events.some(({ alert }) => alert.measure === "referral")).toBe(true);
  },
  60_000,
);

it.each([21, 22, 23])(
  "a clock that is set for good moves deadlines along: nothing comes early, nothing twice (seed %i)",
  (seed) => {
    const core = live(seed, 60, (run, random) => {
      if (random.chance(0.1)) run.setClock(Math.round((random.float() - 0.3) * 20 * DAY_MS));
      if (random.chance(0.2)) run.restart();
    });
    const ids = [
      ...core.facts.map(({ id }) => id),
      ...core.events.map(({ alert, revision }) => `${alert.id}.${revision}`),
    ];
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    for (const { id } of core.events.map(({ alert }) => alert)) {
      const record = core.state.alerts.get(id);
      const timer = core.state.timers.get(`overdue:acknowledge:${id}`);
      if (record === undefined || timer === undefined || record.late?.acknowledge !== 0) continue;
      expect(Date.parse(record.alert.sla.acknowledgeBy)).toBe(timer.dueMs);
    }
  },
  60_000,
);

it("snapshots of what changed add up to the whole at any moment, so that a crash forgets nothing", () => {
  const pieces = new Map<string, string>();
  const merge = ({ state }: CoreRun): void => {
    for (const { part, id, body } of takeSnapshot(state, 1).pieces) {
      if (body === null) pieces.delete(`${part}/${id}`);
      else pieces.set(`${part}/${id}`, body);
    }
  };
  let looks = 0;
  live(
    31,
    60,
    () => {},
    (core) => {
      merge(core);
      looks += 1;
      if (looks % 3 > 0) return;
      const known = [...pieces].sort();
      touchAll(core.state);
      pieces.clear();
      merge(core);
      expect(known).toEqual([...pieces].sort());
    },
  );
  expect(looks).toBeGreaterThan(100);
}, 60_000);
