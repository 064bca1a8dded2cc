/** What local tools see over MQTT: retained estimates, open alerts and health. Changes are gathered, so that a busy door does not flood a dashboard. */
import { type Clock, formatTime, stateTopic } from "@gatehouse/protocol";
import { waitingFor } from "../core/alerts/budget.ts";
import type { Core, CoreChange } from "../core/core.ts";
import type { HealthBoard } from "../core/health.ts";
import { estimateOf } from "../core/occupancy/estimate-of.ts";
import type { LocalBroker } from "../core/ports.ts";
import { healthBody } from "./endpoint.ts";

/** A topic is published at most once in so long. */
const EVERY_MS = 500;

export interface StateTopicsOptions {
  readonly core: Core;
  readonly broker: LocalBroker;
  readonly health: HealthBoard;
  readonly clock: Clock;
}

export class StateTopics {
  readonly #options: StateTopicsOptions;
  readonly #spaces = new Set<string>();
  readonly #alerts = new Set<string>();
  readonly #prompts = new Set<string>();
  #health = true;

  constructor(options: StateTopicsOptions) {
    this.#options = options;
    for (const id of options.core.model.spaces.keys()) this.#spaces.add(id);
    for (const id of options.core.state.alerts.keys()) this.#alerts.add(id);
    for (const id of options.core.state.prompts.keys()) this.#prompts.add(id);
  }

  changed({ spaces, alerts, prompts = [] }: CoreChange): void {
    for (const space of spaces) this.#spaces.add(space);
    for (const { alert } of alerts) this.#alerts.add(alert.id);
    for (const id of prompts) this.#prompts.add(id);
  }

  /** Publishes what changed until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, health } = this.#options;
    const detach = health.onChange(() => {
      this.#health = true;
    });
    try {
      while (!signal.aborted) {
        await this.#publish();
        await clock.sleep(EVERY_MS, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      detach();
    }
  }

  async #publish(): Promise<void> {
    const { core, broker, health, clock } = this.#options;
    const nowMs = clock.nowMs();
    const spaces = take(this.#spaces);
    for (const id of spaces) {
      const space = core.model.spaces.get(id);
      const whole = estimateOf(core.state, id);
      if (space === undefined || whole === undefined) continue;
      const { evidence: _, stand, ...estimate } = whole;
      const at = formatTime(nowMs, core.model.zone);
      const waiting = waitingFor(core.state, id);
      const limit = space.limit?.persons ?? null;
      const body = { space: id, at, ...estimate, limit, ...stand, ...(waiting.length === 0 ? {} : { waiting }) };
      await broker.publish(stateTopic.space(id), JSON.stringify(body), { retain: true });
    }
    for (const id of take(this.#alerts)) {
      const alert = core.state.alerts.get(id)?.alert;
      const open = alert !== undefined && (alert.clearedAt === null || alert.state !== "closed");
      await broker.publish(stateTopic.alert(id), open ? JSON.stringify(alert) : "", { retain: true });
    }
    for (const id of take(this.#prompts)) {
      const prompt = core.state.prompts.get(id);
      const open = prompt?.state === "open";
      await broker.publish(stateTopic.prompt(id), open ? JSON.stringify(prompt) : "", { retain: true });
    }
    if (!this.#health) return;
    this.#health = false;
    await broker.publish(stateTopic.health, JSON.stringify(healthBody(health.entries)), { retain: true });
  }
}

function take(set: Set<string>): string[] {
  const all = [...set];
  set.clear();
  return all;
}
