/** What local tools see over MQTT: retained estimates, open alerts and health. Changes are gathered, so that a busy door does not flood a dashboard. */
import { type Alert, type Clock, formatTime, stateTopic } from "@gatehouse/protocol";
import { waitingFor } from "../core/alerts/budget.ts";
import { siteCompliance } from "../core/compliance/streak.ts";
import type { Core, CoreChange } from "../core/core.ts";
import type { HealthBoard } from "../core/health.ts";
import { estimateOf } from "../core/occupancy/estimate-of.ts";
import type { LocalBroker } from "../core/ports.ts";
import { healthBody } from "./endpoint.ts";
import type { PortalBoard } from "./portal-board.ts";

/** A topic is published at most once in so long. */
const EVERY_MS = 500;

export interface StateTopicsOptions {
  readonly core: Core;
  readonly broker: LocalBroker;
  readonly health: HealthBoard;
  readonly clock: Clock;
  readonly portals: PortalBoard;
}

export class StateTopics {
  readonly #options: StateTopicsOptions;
  readonly #spaces = new Set<string>();
  readonly #alerts = new Set<string>();
  readonly #prompts = new Set<string>();
  #health = true;
  #summary = true;
  #compliance = true;

  constructor(options: StateTopicsOptions) {
    this.#options = options;
    for (const id of options.core.model.spaces.keys()) this.#spaces.add(id);
    for (const id of options.core.state.alerts.keys()) this.#alerts.add(id);
    for (const id of options.core.state.prompts.keys()) this.#prompts.add(id);
  }

  changed({ spaces, alerts, prompts = [], dayEnded }: CoreChange): void {
    if (dayEnded !== undefined || alerts.length > 0) this.#compliance = true;
    if (alerts.length > 0 || prompts.length > 0) this.#summary = true;
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
      const limitFrom = space.limit?.policy ?? null;
      const body = {
        space: id,
        at,
        ...estimate,
        limit,
        limitFrom,
        ...stand,
        ...(waiting.length === 0 ? {} : { waiting }),
      };
      await broker.publish(stateTopic.space(id), JSON.stringify(body), { retain: true });
    }
    for (const id of take(this.#alerts)) {
      const alert = core.state.alerts.get(id)?.alert;
      const open = alert !== undefined && isOpen(alert);
      await broker.publish(stateTopic.alert(id), open ? JSON.stringify(alert) : "", { retain: true });
    }
    for (const id of take(this.#prompts)) {
      const prompt = core.state.prompts.get(id);
      const open = prompt?.state === "open";
      await broker.publish(stateTopic.prompt(id), open ? JSON.stringify(prompt) : "", { retain: true });
    }
    for (const [id, state] of this.#options.portals.changed()) {
      const body = JSON.stringify({ portal: id, ...state });
      await broker.publish(stateTopic.portal(id), body, { retain: true });
    }
    if (this.#summary) {
      this.#summary = false;
      await broker.publish(stateTopic.summary, JSON.stringify(summaryOf(core.state)), { retain: true });
    }
    if (this.#compliance) {
      this.#compliance = false;
      const body = JSON.stringify(siteCompliance(core.state));
      await broker.publish(stateTopic.compliance, body, { retain: true });
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

/** Open alerts by space and in all, and what operators have not answered. */
export function summaryOf({ alerts, prompts }: Pick<Core["state"], "alerts" | "prompts">): object {
  const open = [...alerts.values()].flatMap(({ alert }) => (isOpen(alert) ? [alert] : []));
  const spaces: Record<string, number> = {};
  for (const { space } of open) spaces[space] = (spaces[space] ?? 0) + 1;
  return {
    alerts: open.length,
    emergencies: open.filter(({ level }) => level === "emergency").length,
    prompts: [...prompts.values()].filter(({ state }) => state === "open").length,
    spaces,
  };
}

const isOpen = ({ clearedAt, state }: Alert): boolean => clearedAt === null || state !== "closed";
