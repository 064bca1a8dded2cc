/** A console on a real port of loopback, by TLS, as the gateway opens it. */
import type { Server } from "node:http";
import { request } from "node:https";
import { systemClock } from "@gatehouse/protocol";
import {
  type ConsoleRig,
  type ConsoleRigOptions,
  closeServer,
  listen,
  makeServer,
  openConsoleRig,
  RIG_HOST,
  TEST_CA,
  TEST_SERVER_CERT,
  TEST_SERVER_KEY,
} from "gatehouse/testing";

export interface ConsoleServer extends AsyncDisposable {
  readonly rig: ConsoleRig;
  readonly port: number;
  readonly origin: string;
}

export interface Got {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
}

export async function openConsoleServer(options: ConsoleRigOptions = {}): Promise<ConsoleServer> {
  const certificate = { cert: TEST_SERVER_CERT, key: TEST_SERVER_KEY };
  const rig = await openConsoleRig({ ...options, makeServer: (listener): Server => makeServer(listener, certificate) });
  const port = await listen(rig.app.server, RIG_HOST, 0, rig.connections);
  return {
    rig,
    port,
    origin: `https://${RIG_HOST}:${port}`,
    [Symbol.asyncDispose]: async () => {
      rig.feed.close();
      await closeServer(rig.app.server, rig.connections);
      await rig.app.close();
      await rig.sessions.close();
    },
  };
}

/** One request on a connection of its own. */
export function get({ port }: ConsoleServer, path: string, headers: object = {}): Promise<Got> {
  const startedMs = systemClock.monoMs();
  return new Promise((resolve, reject) => {
    const options = { host: RIG_HOST, port, path, ca: TEST_CA, agent: false, headers: { ...headers } };
    const asked = request(options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body, ms: systemClock.monoMs() - startedMs }),
      );
    });
    asked.on("error", reject);
    asked.end();
  });
}
