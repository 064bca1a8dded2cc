/** Keeps a Home Assistant told of rooms, doors and alerts: retained announcements on our own broker, withdrawn for what is gone. */
import type { Clock, Site } from "@gatehouse/protocol";
import { z } from "zod";
import type { Broker } from "../broker/broker.ts";
import type { Core } from "../core/core.ts";
import type { Logger, Vault } from "../core/ports.ts";
import { discoveryConfigs } from "./discovery-configs.ts";

/** How often it is looked whether the site is another one. */
const EVERY_MS = 5_000;
const NAME = "topics";
/** Topics withdrawn that a Home Assistant may not have heard of yet. */
const MAX_WITHDRAWN = 5_000;

const Topics = z.object({ announced: z.array(z.string()), withdrawn: z.array(z.string()) });

export interface HomeAssistantOptions {
  readonly core: Pick<Core, "model">;
  readonly broker: Pick<Broker, "onPublish" | "onLook" | "publish">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly prefix: string;
  /** What was announced, over a restart: the broker keeps it in memory alone. */
  readonly vault: Vault;
}

/** Until the signal aborts, where the site file asks for it. */
export async function announceTo(
  { homeassistant }: Pick<Site, "homeassistant">,
  options: Omit<HomeAssistantOptions, "prefix">,
  signal: AbortSignal,
): Promise<void> {
  if (homeassistant?.discovery !== true) return;
  await new HomeAssistantTopics({ ...options, prefix: homeassistant.prefix }).run(signal);
}

export class HomeAssistantTopics {
  readonly #options: HomeAssistantOptions;
  readonly #announced = new Map<string, string>();
  readonly #withdrawn = new Set<string>();
  #greeted = false;
  #kept = "";

  constructor(options: HomeAssistantOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { broker, clock, prefix } = this.#options;
    // Home Assistant says `online` when it begins, and has forgotten what it was told.
    const status = `${prefix}/status`;
    const detach = broker.onPublish(({ topic }) => (topic === status ? Promise.resolve() : undefined));
    // A driver that hears announcements on the same prefix takes that word too, and may come first.
    const lookAway = broker.onLook(({ topic, payload }) => {
      if (topic === status && payload.toString("utf8") === "online") this.#greeted = true;
    });
    try {
      await this.#recall();
      while (!signal.aborted) {
        await this.#publish();
        await clock.sleep(EVERY_MS, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      detach();
      lookAway();
    }
  }

  /** Of an earlier run: to be withdrawn unless they are announced again. */
  async #recall(): Promise<void> {
    const { vault, log } = this.#options;
    const bytes = await vault.read(NAME);
    if (bytes === undefined) return;
    try {
      const { announced, withdrawn } = Topics.parse(JSON.parse(bytes.toString("utf8")));
      for (const topic of announced) this.#announced.set(topic, "");
      for (const topic of withdrawn) this.#withdrawn.add(topic);
      this.#greeted = true;
    } catch (err) {
      log.warn({ err }, "what was announced to home assistant cannot be read");
    }
  }

  async #publish(): Promise<void> {
    const { core, broker, prefix } = this.#options;
    const again = this.#greeted;
    this.#greeted = false;
    const configs = discoveryConfigs(core.model, prefix);
    for (const topic of this.#announced.keys()) {
      if (configs.has(topic)) continue;
      this.#announced.delete(topic);
      if (this.#withdrawn.size < MAX_WITHDRAWN) this.#withdrawn.add(topic);
      await broker.publish(topic, "", { retain: true, qos: 1 });
    }
    for (const [topic, payload] of configs) {
      this.#withdrawn.delete(topic);
      if (!again && this.#announced.get(topic) === payload) continue;
      this.#announced.set(topic, payload);
      await broker.publish(topic, payload, { retain: true, qos: 1 });
    }
    if (again) for (const topic of this.#withdrawn) await broker.publish(topic, "", { retain: true, qos: 1 });
    await this.#keep();
  }

  async #keep(): Promise<void> {
    const text = JSON.stringify({ announced: [...this.#announced.keys()], withdrawn: [...this.#withdrawn] });
    if (text === this.#kept) return;
    try {
      await this.#options.vault.write(NAME, Buffer.from(text));
      this.#kept = text;
    } catch (err) {
      // A full disk must not end what else is told.
      this.#options.log.debug({ err }, "what was announced to home assistant is not kept yet");
    }
  }
}
