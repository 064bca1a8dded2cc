/** Commands in the core's turn: an id used up, a deed done with it, its end told. Pure. */
import { type CommandRefusal, type Deed, RejectedError, SEVERITY } from "@gatehouse/protocol";
import { doDeed } from "../deeds/index.ts";
import type { CoreState } from "../state.ts";
import type { Effects } from "../step.ts";
import { tell } from "../told.ts";
import {
  type CommandEnd,
  type CommandOrigin,
  type CommandOutcome,
  endCommand,
  type TakenCommand,
  takeCommand,
  type UsedCommand,
} from "./used-commands.ts";

/** What a command does to the site's affairs is done, recorded and told in the turn that uses up its id. */
export interface UsedNow extends TakenCommand {
  readonly deed?: Deed;
  /** It ends with that at once: nothing is done. */
  readonly end?: Omit<CommandEnd, "id">;
}

/** An authentic command whose id is not used up: it came too late or again. Told, nothing else. */
export interface RefusedCommand {
  readonly id: string;
  readonly target: string;
  readonly action: string;
  readonly issuer: string;
  readonly from: CommandOrigin;
  readonly code: CommandRefusal;
  readonly error: string;
}

export function useCommand(state: CoreState, command: UsedNow, nowMs: number): Effects {
  const { deed, end, ...wish } = command;
  const { outcome, reason } = takeCommand(state.commands, wish, nowMs);
  if (outcome !== "accepted") return { outcome, ...(reason === undefined ? {} : { reason }), alerts: [], spaces: [] };
  state.dirty.add("core/commands");
  if (end !== undefined) return endOf(state, { id: wish.id, ...end }, nowMs);
  if (deed === undefined) return { outcome, alerts: [], spaces: [] };
  try {
    const followed = doDeed(state, deed, { by: wish.issuer, nowMs });
    return { ...endOf(state, { id: wish.id, outcome: "done" }, nowMs), ...followed };
  } catch (error) {
    if (!(error instanceof RejectedError)) throw error;
    return endOf(state, { id: wish.id, outcome: "refused", error: error.message }, nowMs);
  }
}

/** `idle` for a command nobody took, or that ended before. */
export function endOf(state: CoreState, end: CommandEnd, nowMs: number): Effects {
  const ended = endCommand(state.commands, end);
  if (ended === undefined) return { outcome: "idle", alerts: [], spaces: [] };
  state.dirty.add("core/commands");
  if (ended.from !== undefined) {
    const { outcome, error, code, detail } = end;
    const data = {
      ...headOf({ ...ended, id: end.id, from: ended.from }),
      outcome,
      ...said({ code, error }),
      ...detail,
    };
    tellResult(state, ended.from, end.id, data, nowMs);
  }
  return { outcome: "accepted", alerts: [], spaces: [], ended };
}

/** The same refusal of the same command has the same event id: a platform that repeats itself is not answered anew. */
export function refuseCommand(state: CoreState, refused: RefusedCommand, nowMs: number): Effects {
  const { id, from, code, error } = refused;
  const data = { ...headOf(refused), outcome: outcomeOf(code), ...said({ code, error }) };
  tellResult(state, from, `${id}.${code}`, data, nowMs);
  return { outcome: "accepted", alerts: [], spaces: [] };
}

/** The outcome a refusal is told as; the code says which check it was. */
export const outcomeOf = (code: CommandRefusal): CommandOutcome | "duplicate" =>
  code === "expired" || code === "duplicate" ? code : "refused";

function tellResult(state: CoreState, { uplink }: CommandOrigin, key: string, data: object, nowMs: number): void {
  tell(state, {
    type: "gatehouse.command.result",
    subject: (data as { target: string }).target,
    lane: "alert",
    severity: (data as { outcome: string }).outcome === "done" ? SEVERITY.info : SEVERITY.warn,
    dataclassification: "internal",
    data,
    atMs: nowMs,
    key: `command.${key}`,
    only: uplink,
  });
}

type Head = Pick<UsedCommand, "target" | "action" | "issuer"> & { readonly id: string; readonly from: CommandOrigin };

const headOf = ({ id, target, action, issuer, from }: Head) => ({
  id,
  target,
  action,
  issuer: issuer.replace(/^platform:/, ""),
  keyId: from.key,
});

const said = ({ code, error }: { readonly code?: string | undefined; readonly error?: string | undefined }) => ({
  ...(code === undefined ? {} : { code }),
  ...(error === undefined ? {} : { error }),
});
