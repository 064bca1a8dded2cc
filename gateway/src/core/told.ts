/** What a step tells beside alerts: facts for the platforms, orders for devices. Rules, timers and deeds put them down; the step hands them on. */
import type { CloudEvent, CommandAction, Lane } from "@gatehouse/protocol";
import type { CoreState } from "./state.ts";

/** Becomes a CloudEvent in every outbox that wants its type. */
export interface Fact {
  /** `gatehouse.residence.return-detected` */
  readonly type: string;
  /** Space, device or site it is about. */
  readonly subject: string;
  readonly lane: Lane;
  readonly severity: number;
  readonly dataclassification: CloudEvent["dataclassification"];
  readonly data: object;
  readonly atMs: number;
  /** Unique per event of this installation, equal whenever the journal is stepped again. */
  readonly id: string;
}

/** A wish of the core to a device, carried out once what caused it is on disk. After a crash in between it is not repeated. */
export interface Order {
  readonly device: string;
  readonly action: CommandAction;
  readonly args?: Readonly<Record<string, unknown>>;
  /** For the record: `prompt pr_3 ignored`. */
  readonly why: string;
}

/** `key` names the event where the caller has a name that is unique for ever; else it is numbered. */
export function tell(state: CoreState, fact: Omit<Fact, "id"> & { readonly key?: string }): void {
  const { key, ...rest } = fact;
  if (key === undefined) {
    state.factCount += 1;
    state.dirty.add("core/core");
  }
  const name = key ?? `fact.${state.factCount.toString(36)}`;
  state.told.facts.push({ ...rest, id: `${name}.${state.installation}` });
}

export function order(state: CoreState, given: Order): void {
  state.told.orders.push(given);
}

export interface Told {
  readonly facts?: readonly Fact[];
  readonly orders?: readonly Order[];
  /** Ids of prompts that changed, for whoever shows them. */
  readonly prompts?: readonly string[];
}

/** What was put down since the last call; undefined for nothing. */
export function takeTold(state: CoreState): Told | undefined {
  const { facts, orders, prompts } = state.told;
  if (facts.length === 0 && orders.length === 0 && prompts.length === 0) return undefined;
  state.told = { facts: [], orders: [], prompts: [] };
  return {
    ...(facts.length === 0 ? {} : { facts }),
    ...(orders.length === 0 ? {} : { orders }),
    ...(prompts.length === 0 ? {} : { prompts }),
  };
}
