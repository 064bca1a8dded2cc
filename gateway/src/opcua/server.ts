/** The OPC UA server beside the gateway: its account at the broker, its task, its process. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Clock, OUTSIDE, type SecretRef, type Site } from "@gatehouse/protocol";
import type { BrokerAccount } from "../broker/accounts.ts";
import type { Logger, Runnable } from "../core/ports.ts";
import type { ServerTask } from "./seam.ts";
import { SideProcess } from "./side-process.ts";

/** No device and no tool can have this name: ids of the site file hold no colon. */
export const OPCUA_ACCOUNT = "side:opcua";

export interface OpcuaServer {
  /** For this run of the gateway alone. */
  readonly account: BrokerAccount & { readonly password: Buffer };
  /** A new process; needs to know where the broker listens. */
  make(broker: { readonly host: string; readonly port: number }, clock: Clock, log: Logger, up: () => void): Runnable;
}

export interface OpcuaServerOptions {
  readonly site: Site;
  readonly gateway: string;
  readonly stateDir: string;
  secret(ref: SecretRef): Buffer;
}

/** Undefined where the site file has no section `opcua`. */
export function opcuaServer(options: OpcuaServerOptions): OpcuaServer | undefined {
  const { opcua } = options.site;
  if (opcua === undefined) return undefined;
  const account = { role: "opcua" as const, password: Buffer.from(randomBytes(24).toString("base64url")) };
  return {
    account,
    make: ({ host, port }, clock, log, up) => {
      const here = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host;
      const broker = { url: `mqtt://${here}:${port}`, user: OPCUA_ACCOUNT, password: account.password.toString() };
      const task = { ...taskOf(options, opcua), broker };
      return new SideProcess({ id: "opcua", what: "server", task, clock, log, up });
    },
  };
}

function taskOf(
  { site, gateway, stateDir, secret }: OpcuaServerOptions,
  { users, ...opcua }: NonNullable<Site["opcua"]>,
): Omit<ServerTask, "broker"> {
  const portals = new Map(site.portals.map((portal) => [portal.id, portal]));
  return {
    ...opcua,
    gateway,
    siteName: site.site.name,
    users: users.map(({ user, role, password }) => ({ user, role, password: secret(password).toString("utf8") })),
    folder: join(stateDir, "opcua"),
    spaces: [
      { id: OUTSIDE, name: OUTSIDE, kind: "outside" },
      ...site.spaces.map(({ id, kind, name = id }) => ({ id, kind, name })),
    ],
    devices: site.devices.map(({ id, kind, space, portal }) => {
      const through = portal === undefined ? undefined : portals.get(portal);
      const sides = through === undefined ? [] : [through.from, through.to];
      return { id, kind, name: id, spaces: space === undefined ? sides : [space] };
    }),
  };
}
