/** Commands once taken: an id is used once and ends once. Pure, a piece of the core's state, bounded. */
import type { CommandRefusal } from "@gatehouse/protocol";

/**
 * How a command ended. `done`: the device says so. `refused`: the device or its driver said no. `unavailable`: it could not be given to the
 * device, which surely did nothing. `expired`: its time was over before that. `unknown`: nobody knows whether the device did it.
 */
export type CommandOutcome = "done" | "refused" | "unavailable" | "expired" | "unknown";

/** The way a platform's command came: its result goes back there. */
export interface CommandOrigin {
  readonly uplink: string;
  /** Which key signed it. */
  readonly key: string;
}

/** A wish that passed its checks, as the journal keeps it. */
export interface TakenCommand {
  readonly id: string;
  readonly target: string;
  readonly action: string;
  readonly args?: Readonly<Record<string, unknown>>;
  /** World time. */
  readonly notAfterMs: number;
  readonly issuer: string;
  /** Of this box itself: nobody on the network can have kept it to send it again. */
  readonly local: boolean;
  readonly from?: CommandOrigin;
}

export interface CommandEnd {
  readonly id: string;
  readonly outcome: CommandOutcome;
  readonly error?: string;
  /** Which check it did not pass. */
  readonly code?: CommandRefusal;
  /** What else the platform is told. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface UsedCommand extends Omit<TakenCommand, "id" | "args"> {
  /** Undefined as long as it is under way. */
  outcome?: CommandOutcome;
}

export interface CommandMemory {
  /** No platform's command that expires at this moment or before is taken any more: its id may be a forgotten one. */
  floorMs: number;
  readonly used: Map<string, UsedCommand>;
}

export interface CommandMemoryJson {
  readonly floorMs: number;
  readonly used: readonly (readonly [string, UsedCommand])[];
}

/** Ids remembered at the most. A command lives for 30 s, so no site comes near. */
const MAX_USED = 1_024;

export const createCommandMemory = (): CommandMemory => ({ floorMs: Number.MIN_SAFE_INTEGER, used: new Map() });

export const commandsToJson = ({ floorMs, used }: CommandMemory): CommandMemoryJson => ({ floorMs, used: [...used] });

export const commandsFromJson = ({ floorMs, used }: CommandMemoryJson): CommandMemory => ({
  floorMs,
  used: new Map(used),
});

/** Uses up the id; else why not. */
export function takeCommand(
  memory: CommandMemory,
  { id, args: _, ...rest }: TakenCommand,
  nowMs: number,
): { readonly outcome: "accepted" | "duplicate" | "rejected"; readonly reason?: string } {
  const { used } = memory;
  const known = used.get(id);
  if (known !== undefined) {
    const how = known.outcome === undefined ? "it is under way" : `it ended as ${known.outcome}`;
    return { outcome: "duplicate", reason: `id "${id}" was used already: ${how}` };
  }
  if (!rest.local && rest.notAfterMs <= memory.floorMs) {
    return { outcome: "rejected", reason: "it expires before commands that were dealt with and forgotten" };
  }
  forget(memory, nowMs);
  if (used.size >= MAX_USED) return { outcome: "rejected", reason: `${MAX_USED} commands are under way` };
  used.set(id, rest);
  return { outcome: "accepted" };
}

/** The first end counts; another one, or that of a command nobody took, changes nothing. */
export function endCommand({ used }: CommandMemory, { id, outcome }: CommandEnd): UsedCommand | undefined {
  const command = used.get(id);
  if (command === undefined || command.outcome !== undefined) return undefined;
  command.outcome = outcome;
  return command;
}

/** Taken by an earlier run of the gateway or by this one, and not ended. */
export function underWay({ used }: CommandMemory): string[] {
  return [...used].flatMap(([id, { outcome }]) => (outcome === undefined ? [id] : []));
}

/**
 * Lets go of ids whose commands ended and cannot come again. The clock may be set back, and then they could: the floor, which never
 * falls, refuses them.
 */
function forget(memory: CommandMemory, nowMs: number): void {
  const ended = [...memory.used].filter(([, { outcome }]) => outcome !== undefined);
  ended.sort(([, a], [, b]) => a.notAfterMs - b.notAfterMs);
  let over = memory.used.size - MAX_USED + 1;
  for (const [id, { notAfterMs, local }] of ended) {
    if (notAfterMs >= nowMs && over <= 0) return;
    memory.used.delete(id);
    over -= 1;
    if (!local) memory.floorMs = Math.max(memory.floorMs, notAfterMs);
  }
}
