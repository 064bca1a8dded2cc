/** Uplinks as the core sees them: interfaces, nothing else. */
import type { Clock, Command, Lane, Problem, SecretRef } from "@gatehouse/protocol";
import type { ZodType } from "zod";
import type { Logger, Runnable, Vault } from "./ports.ts";
import type { SiteView } from "./site-view.ts";

/** One event an uplink owes its platform. */
export interface OutboxItem {
  /** The event's `sequence`. */
  readonly seq: number;
  readonly lane: Lane;
  /** The CloudEvent as JSON text: the same bytes at every attempt. */
  readonly text: string;
  /** The CloudEvent, where a mapping made `text` something else of it. */
  readonly event?: string;
}

/** A platform's answer. What is in neither list is kept and sent again. */
export interface SendResult {
  readonly accepted: readonly number[];
  readonly rejected: readonly { readonly seq: number; readonly reason: string }[];
  /** Of the accepted ones, those of which nothing left the box: they are none of this platform's business. */
  readonly unsent?: readonly number[];
  /** What is kept is kept on purpose, as over quiet hours: the lane does not count as slow. */
  readonly deferred?: boolean;
}

export interface Uplink extends Runnable {
  /** How long accepted items are kept for a re-send, ms: 0 where the platform itself answers, a grace period where only a broker does. */
  readonly graceMs: number;
  /**
   * Items of one lane, oldest first; several lanes may call at the same time. Throws LinkError to keep the whole batch,
   * RejectedError when the platform refuses the batch as a whole and smaller ones may tell which item it means.
   */
  send(batch: readonly OutboxItem[], signal: AbortSignal): Promise<SendResult>;
  /** Commands of the platform as they come, unchecked. Ends when the signal aborts. */
  commands(signal: AbortSignal): AsyncIterable<Command>;
}

export interface UplinkDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** `gateway.id` of the site file. */
  readonly gateway: string;
  /** Its platform's commands count: where it can only answer, it is asked so often while there is nothing to send. */
  readonly commandPollMs?: number;
  /** How the site stands now, for uplinks that show it beside what they owe; undefined where no gateway runs. */
  readonly site?: SiteView;
  /** This uplink's own small memory over its lives; undefined where no gateway runs. */
  readonly vault?: Vault;
  secret(ref: SecretRef): Buffer;
}

/** One row of uplinks/index.ts. create() does no I/O. */
export interface UplinkType<Config = never> {
  readonly type: string;
  readonly config: ZodType<Config>;
  /** Who it is in the networks it joins: no two of one type may be the same there. */
  identities?(config: Config): readonly string[];
  create(id: string, config: Config, deps: UplinkDeps): Uplink;
  /** What is wrong with secrets the configuration names, found before anything is opened; paths below the uplink's block. */
  problems?(config: Config, secret: (ref: SecretRef) => Buffer): readonly Problem[];
  /** What would go out for one item, for people. Without it, the item's text as it is. */
  preview?(config: Config, deps: UplinkDeps, item: OutboxItem): Promise<string>;
}
