import type { Deed } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS, MINUTE_MS } from "../testing/core-run.ts";
import { testConfig } from "../testing/site.ts";

const CARDS = ["c_00000000a1", "c_00000000a2", "c_00000000a3"] as const;
const KINDS = ["tamper.on", "tamper.off", "door.forced", "device.offline", "device.online", "panic", "duress"] as const;
const DEVICES = ["lock-1", "lock-2"] as const;
const PEOPLE = ["local:wang", "local:li", "platform:city"] as const;

function chanceOf(seed: number): () => number {
  const random = new Random(seed);
  return () => random.float();
}

/** Sixty days of a site: `disturb` comes in between, and must not change what happens. */
function live(seed: number, disturb: (core: CoreRun, chance: () => number) => void): CoreRun {
  const chance = chanceOf(seed);
  const disturbance = chanceOf(seed + 1);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;
  const credentials = [{ credential: CARDS[0], space: "F1", role: "tenant" }];
  const core = new CoreRun(testConfig({ credentials }), "2026-03-02T12:00");
  const endMs = core.nowMs + 60 * DAY_MS;
  while (core.nowMs < endMs) {
    core.wait(Math.floor(chance() * 18 * HOUR_MS) + MINUTE_MS);
    disturb(core, disturbance);
    if (chance() < 0.5) core.say(pick(DEVICES), "access.granted", undefined, { credential: pick(CARDS) });
    if (chance() < 0.3) core.say(pick(DEVICES), pick(KINDS));
    if (chance() < 0.3) attempt(core, deedOf(core, pick), pick(PEOPLE));
  }
  return core;
}

function deedOf({ state }: CoreRun, pick: <T>(list: readonly T[]) => T): Deed {
  const alert = pick([...state.alerts.keys()].sort()) ?? "alr_none";
  const prompt = pick([...state.prompts.keys()].sort()) ?? "prm_none";
  const handOver = pick([...state.handOvers.keys()].sort()) ?? "hnd_none";
  const item = pick(state.handOvers.get(handOver)?.items ?? [])?.ref ?? "alert:none";
  return pick<Deed>([
    { do: "acknowledge", alert },
    { do: "rectify", alert },
    { do: "close", alert },
    { do: "note", alert, note: "seen" },
    { do: "handle-prompt", prompt },
    { do: "report-present" },
    { do: "start-hand-over", to: "li" },
    { do: "accept-item", handOver, item },
    { do: "tell-residence", absent: [CARDS[0]], resident: [CARDS[1]] },
  ]);
}

/** Many of them cannot be done: that too must come out the same. */
function attempt(core: CoreRun, deed: Deed, by: string): void {
  try {
    core.act(deed, by);
  } catch (error) {
    core.refusals.push(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}

const outcome = ({ events, facts, orders, refusals, state }: CoreRun) => ({
  events,
  facts,
  orders,
  refusals,
  prompts: [...state.prompts.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
});

it.each([1, 2, 3, 4, 5, 6])("sixty days with restarts at random moments are the same sixty days (seed %i)", (seed) => {
  const quiet = live(seed, () => {});
  const restarted = live(seed, (core, chance) => {
    if (chance() < 0.4) core.restart();
  });
  expect(outcome(restarted)).toEqual(outcome(quiet));
  const told = new Set(quiet.facts.map(({ type }) => type));
  expect(told).toContain("gatehouse.prompt.escalated");
  expect(quiet.refusals.every((text) => text.startsWith("RejectedError"))).toBe(true);
});

it.each([11, 12, 13])(
  "whatever the clock does, nothing is told twice and every open alert has its prompt (seed %i)",
  (seed) => {
    const core = live(seed, (run, chance) => {
      if (chance() < 0.1) run.setClock(Math.round((chance() - 0.5) * 40 * DAY_MS));
      if (chance() < 0.1) run.restart();
    });
    const ids = core.facts.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const prompts = [...core.state.prompts.values()];
    for (const { alert } of core.state.alerts.values()) {
      const prompt = prompts.find(({ subject, state }) => subject === alert.id && state === "open");
      const handled = prompts.some(({ subject, state }) => subject === alert.id && state === "handled");
      if (alert.state === "raised" || alert.state === "reopened") expect(prompt !== undefined || handled).toBe(true);
      if (alert.state === "closed" && alert.clearedAt !== null) expect(prompt).toBeUndefined();
    }
  },
);
