import { Alert, type AlertState } from "@gatehouse/protocol";
import { expect, it } from "vitest";
import { type CoreRun, DAY_MS } from "../../testing/core-run.ts";
import { live } from "../../testing/random-alerts.ts";
import { type AlertEvent, isContested, isStanding, NEXT } from "./life.ts";

const SEEDS = Array.from({ length: 20 }, (_, n) => n + 1);
const KEEPS: readonly AlertEvent["change"][] = ["cleared", "repeated", "overdue", "escalated", "noted"];
const BY_MORNING: readonly string[] = ["group-rental", "unregistered-residents"];

/** Looks at every event once, and at the whole state after everything that was done. */
class Watcher {
  readonly latest = new Map<string, Alert>();
  readonly seen = new Map<string, number>();
  #events = 0;

  look = (core: CoreRun): void => {
    for (; this.#events < core.events.length; this.#events++) this.#event(core.events[this.#events] as AlertEvent);
    for (const [id, last] of this.latest) {
      // Nothing that is not closed is ever lost.
      if (last.state !== "closed") expect(core.state.alerts.has(id), id).toBe(true);
    }
    for (const record of core.state.alerts.values()) this.#record(core, record);
  };

  #event({ change, alert, revision }: AlertEvent): void {
    const before = this.latest.get(alert.id);
    const note = `${alert.id} ${alert.kind}: ${before?.state} -> ${change} ${alert.state}`;
    Alert.parse(alert);
    expect(revision, note).toBe((this.seen.get(alert.id) ?? 0) + 1);
    expect(alert.history.length, note).toBeLessThanOrEqual(40);
    if (KEEPS.includes(change)) expect(alert.state, note).toBe(before?.state);
    else if (change === "raised") expect(before, note).toBeUndefined();
    else this.#moved(change as AlertState, alert, before, note);
    expect(alert.closedBy !== undefined, note).toBe(alert.state === "closed");
    if (alert.closedBy !== undefined) {
      const { how, proof, by, contested } = alert.closedBy;
      expect(proof.length * by.length, note).toBeGreaterThan(0);
      if (how === "sensors") expect(alert.clearedAt, note).not.toBeNull();
      if (alert.clearedAt === null) expect(contested, note).toBe(true);
    }
    if (alert.measure !== undefined) expect(alert.measure, note).toBe(alert.offence === 1 ? "warning" : "referral");
    this.latest.set(alert.id, alert);
    this.seen.set(alert.id, revision);
  }

  #moved(change: AlertState, alert: Alert, before: Alert | undefined, note: string): void {
    expect(alert.state, note).toBe(change);
    if (before === undefined) expect.unreachable(note);
    else if (alert.history.at(-1)?.by !== "sensors") expect(NEXT[before.state], note).toContain(change);
    else if (change === "closed") expect(["rectifying", "verifying"], note).toContain(before.state);
    else {
      expect(change, note).toBe("reopened");
      expect(alert.episode, note).toBe(before.episode + 1);
      expect(before.clearedAt !== null || before.state === "closed", note).toBe(true);
    }
  }

  #record({ state }: CoreRun, record: Parameters<typeof isContested>[0] & object): void {
    const { id, kind, state: stands } = record.alert;
    const waits = stands === "raised" || stands === "reopened";
    const note = `${id} ${kind} ${stands}`;
    expect(state.timers.has(`overdue:acknowledge:${id}`), note).toBe(waits);
    if (stands === "closed") expect(state.timers.has(`overdue:resolve:${id}`), note).toBe(false);
    else if (isStanding(record)) expect(state.timers.has(`overdue:resolve:${id}`), note).toBe(true);
    expect(state.timers.has(`contest:${id}`), note).toBe(isContested(record) && !BY_MORNING.includes(kind));
    if (!waits && record.alert.escalation !== undefined) expect(record.alert.escalation.reason).toBe("not-resolved");
  }
}

it.each(SEEDS)(
  "whatever happens, every alert lives a legal life, none is lost, and a closed one says how (seed %i)",
  (seed) => {
    const watcher = new Watcher();
    const core = live(
      seed,
      30,
      (run, random) => {
        if (random.chance(0.05)) run.restart();
        if (random.chance(0.03)) run.setClock(Math.round((random.float() - 0.5) * 4 * DAY_MS));
      },
      watcher.look,
    );
    const changes = new Set(core.events.map(({ change }) => change));
    for (const change of ["raised", "cleared", "acknowledged", "closed", "reopened", "overdue", "escalated"])
      expect(changes).toContain(change);
    expect(core.refusals.every((text) => text.startsWith("RejectedError"))).toBe(true);
    const ids = core.events.map(({ alert, revision }) => `${alert.id}.${revision}`);
    expect(new Set(ids).size).toBe(ids.length);
  },
  60_000,
);
