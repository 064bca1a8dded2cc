/** The table of requests. A new one is a row. */
import { type Clock, type CommandAction, Deed, type Device } from "@gatehouse/protocol";
import { z } from "zod";
import type { Commands } from "../core/commands/commands.ts";
import type { LiveDrivers } from "../core/commands/live-drivers.ts";
import { MAX_VALID_MS } from "../core/commands/wish.ts";
import type { Core } from "../core/core.ts";
import { type ControlRequest, controlRequest } from "./request.ts";

export interface ControlParts {
  readonly commands: Pick<Commands, "take">;
  readonly core: Pick<Core, "model" | "state" | "act">;
  readonly drivers: LiveDrivers;
  readonly clock: Clock;
  actionsOf(device: Device): readonly CommandAction[];
  /** As `/healthz` says it. */
  health(): unknown;
  /** For a command that brings no id of its own. */
  newId(): string;
}

const QUICK_MS = 2_000;
/** A deed is answered once it is on disk. */
const DEED_MS = 10_000;
/** A command's own deadline comes first, and leaves time to record how it ended. */
const COMMAND_MS = MAX_VALID_MS + 5_000;
export const DEFAULT_SECONDS_VALID = 10;

export const CommandParams = z.strictObject({
  target: z.string().max(64),
  action: z.string().max(64),
  args: z.record(z.string(), z.unknown()).optional(),
  secondsValid: z
    .number()
    .min(0.1)
    .max(MAX_VALID_MS / 1_000)
    .default(DEFAULT_SECONDS_VALID),
  /** Used once; one is made where none is given. */
  id: z.string().min(1).max(128).optional(),
  /** Who asks, as they say themselves: the socket is open to the gateway's user and root alone. */
  by: z.string().max(64).optional(),
});

/** What a person did, who they say they are: the socket is open to the gateway's user and root alone. */
export const DeedParams = z.strictObject({ deed: Deed, by: z.string().min(1).max(64).optional() });

export function controlRequests(parts: ControlParts): readonly ControlRequest[] {
  return [
    controlRequest({
      name: "command",
      params: CommandParams,
      deadlineMs: COMMAND_MS,
      run: (params) => command(parts, params),
    }),
    controlRequest({
      name: "deed",
      params: DeedParams,
      deadlineMs: DEED_MS,
      run: async ({ deed, by }) => {
        await parts.core.act(deed, issuerOf(by));
        return { done: deed.do };
      },
    }),
    controlRequest({
      name: "prompts",
      params: z.strictObject({ handled: z.boolean().default(false) }),
      deadlineMs: QUICK_MS,
      run: async ({ handled }) => ({
        prompts: [...parts.core.state.prompts.values()].filter(({ state }) => handled || state === "open"),
      }),
    }),
    controlRequest({
      name: "hand-overs",
      params: z.strictObject({}),
      deadlineMs: QUICK_MS,
      run: async () => ({ handOvers: [...parts.core.state.handOvers.values()] }),
    }),
    controlRequest({
      name: "health",
      params: z.strictObject({}),
      deadlineMs: QUICK_MS,
      run: async () => parts.health(),
    }),
    controlRequest({
      name: "devices",
      params: z.strictObject({}),
      deadlineMs: QUICK_MS,
      run: async () => ({ devices: [...parts.core.model.devices.values()].map((device) => shown(parts, device)) }),
    }),
  ];
}

/** The time it is valid is counted by the gateway, so that the caller's clock does not matter. */
function command({ commands, clock, newId }: ControlParts, params: z.infer<typeof CommandParams>): Promise<unknown> {
  const { target, action, args, secondsValid, id = newId(), by } = params;
  const notAfter = new Date(clock.nowMs() + secondsValid * 1_000 * clock.scale).toISOString();
  const wish = { id, target, action, ...(args === undefined ? {} : { args }), notAfter, issuer: issuerOf(by) };
  return commands.take(wish, { local: true });
}

const issuerOf = (by: string | undefined): string => (by === undefined ? "local" : `local:${by}`);

function shown({ core, drivers, actionsOf }: ControlParts, device: Device): object {
  const { id, kind, driver, portal, space } = device;
  return {
    id,
    kind,
    ...(portal === undefined ? {} : { portal }),
    ...(space === undefined ? {} : { space }),
    driver,
    driverUp: drivers.get(driver) !== undefined,
    online: core.state.devices.get(id)?.online ?? null,
    actions: actionsOf(device),
  };
}
