/** What the control socket of the gateway answers. */
import { randomBytes } from "node:crypto";
import type { Parts } from "./assemble.ts";
import { checkedChanges } from "./configuration/checked-changes.ts";
import { configRequests } from "./control/config-requests.ts";
import { confirmRequests } from "./control/confirm-requests.ts";
import { foundRequest } from "./control/found-request.ts";
import { controlRequests } from "./control/requests.ts";
import { spacesRequest } from "./control/spaces-request.ts";
import { supervisedControl } from "./control/supervised-control.ts";
import { uplinkRequests } from "./control/uplink-requests.ts";
import { leftBehind } from "./core/left-behind.ts";
import { healthBody } from "./monitor/endpoint.ts";
import { monthRequest } from "./monthly/request.ts";
import type { OpenedConsole } from "./open-console.ts";
import type { RunOptions } from "./run-options.ts";
import { userRequests } from "./user-requests.ts";

/** Of a command that comes from this box. */
export const newId = (): string => `local.${randomBytes(8).toString("hex")}`;

export function controlOf(
  parts: Parts,
  { clock, log, stateDir, configuration }: RunOptions,
  desk: () => OpenedConsole["desk"] | undefined,
) {
  const { commands, confirmations, core, drivers, egress, health, actionsOf } = parts;
  const here = new Set(parts.targets.map(({ id }) => id));
  const left = async () => leftBehind(here, await parts.store.stats());
  const told = { health: () => healthBody(health.entries), rollCall: () => parts.rollCall.now, newId };
  const requests = [
    ...controlRequests({ commands, core, drivers, egress, clock, actionsOf, ...told }),
    monthRequest({ ...parts, clock }),
    ...confirmRequests(confirmations),
    spacesRequest(core),
    foundRequest(parts.found),
    ...uplinkRequests(parts),
    ...(configuration === undefined
      ? []
      : configRequests(configuration, checkedChanges(configuration, stateDir), left)),
    ...userRequests(desk),
  ];
  const socket = supervisedControl({ dir: stateDir, requests, clock, log: log.child({ part: "control" }) });
  return { ...socket, clock, log, health, downCode: "control-down" as const };
}
