/** The OPC UA server itself: where it listens, whom it lets in, how well that is protected, and whom it trusts. */
import { hostname } from "node:os";
import { join } from "node:path";
import { ConfigError } from "@gatehouse/protocol";
import {
  MessageSecurityMode,
  nodesets,
  type OPCUACertificateManager,
  OPCUAServer,
  RegisterServerMethod,
  SecurityPolicy,
} from "node-opcua";
import type { ServerTask } from "../seam.ts";
import type { Doorkeeper } from "./doorkeeper.ts";
import { openTrustStore } from "./trust-store.ts";

const MOST_SESSIONS = 50;
const MOST_CONNECTIONS = 60;

/** Its model is loaded; it does not listen yet. */
export async function prepareServer(
  task: ServerTask,
  doorkeeper: Doorkeeper,
): Promise<{ readonly server: OPCUAServer; readonly certificates: OPCUACertificateManager }> {
  const { host, port } = placeOf(task.listen);
  const certificates = openTrustStore(join(task.folder, "pki"));
  await certificates.initialize();
  const [name = hostname(), ...others] = task.names;
  const server = new OPCUAServer({
    host,
    port,
    hostname: name,
    alternateHostname: others,
    nodeset_filename: [nodesets.standard],
    serverCertificateManager: certificates,
    userCertificateManager: certificates,
    securityPolicies: [SecurityPolicy.Basic256Sha256, ...(task.allowUnencrypted ? [SecurityPolicy.None] : [])],
    securityModes: [
      MessageSecurityMode.SignAndEncrypt,
      MessageSecurityMode.Sign,
      ...(task.allowUnencrypted ? [MessageSecurityMode.None] : []),
    ],
    allowAnonymous: false,
    userManager: { isValidUser: (user: string, password: string) => doorkeeper.isValid(user, password) },
    registerServerMethod: RegisterServerMethod.HIDDEN,
    maxAllowedSessionNumber: MOST_SESSIONS,
    maxConnectionsPerEndpoint: MOST_CONNECTIONS,
    serverInfo: {
      applicationName: { text: `Gatehouse ${task.gateway}` },
      applicationUri: `urn:gatehouse:${task.gateway}`,
      productUri: "urn:gatehouse",
    },
    buildInfo: { productName: "Gatehouse", productUri: "urn:gatehouse", manufacturerName: "Gatehouse" },
  });
  await server.initialize();
  return { server, certificates };
}

function placeOf(listen: string): { readonly host: string; readonly port: number } {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(listen) ?? [];
  const number = Number(port);
  if (number > 65_535) {
    throw new ConfigError({
      path: "opcua.listen",
      reason: `there is no port ${port}`,
      fix: "write HOST:PORT, as 0.0.0.0:4840",
    });
  }
  return { host: host.replace(/^\[|\]$/g, ""), port: number };
}
