/** One gateway process with a city platform in this process, for end-to-end tests. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type City, silentLog, startCity } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import mqtt, { type MqttClient } from "mqtt";
import { freePort } from "./free-port.ts";
import { type GatewayProcess, startGateway } from "./gateway-process.ts";
import { writeLoadSite } from "./load-site.ts";
import { tempDir } from "./temp-dir.ts";

export interface Rig extends AsyncDisposable {
  gateway: GatewayProcess;
  readonly city: City;
  readonly dir: string;
  readonly siteFile: string;
  readonly stateDir: string;
  readonly url: string;
  /** Starts it anew after it ended. */
  restart(env?: Readonly<Record<string, string>>): Promise<void>;
  /** A device's own connection. */
  device(id: string): Promise<MqttClient>;
}

export interface RigOptions {
  readonly devices?: number;
  /** Uplink blocks; default one over HTTPS that gets the readings too. */
  readonly uplinks?: (city: City, ca: string) => readonly object[];
  /** Further sections of the site file. */
  readonly sections?: object;
  /** Further files beside the site file: their text by name, with a folder or without. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Parent of the folder; default the system's. */
  readonly parent?: string;
}

export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const temp = tempDir(options.parent);
  const dir = temp.path;
  const ca = join(dir, "ca.pem");
  const city = await startCity({
    https: { host: "127.0.0.1", port: 0 },
    mqtt: { host: "127.0.0.1", port: 0 },
    caFile: ca,
    clock: systemClock,
    log: silentLog,
  });
  const mqttPort = await freePort();
  const https = { id: "city", type: "https", url: city.httpsUrl, tls: { ca: { file: ca } }, readings: true };
  const uplinks = options.uplinks?.(city, ca) ?? [https];
  const siteFile = writeLoadSite({ dir, devices: options.devices ?? 4, mqttPort, uplinks, sections: options.sections });
  for (const [name, text] of Object.entries(options.files ?? {})) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  const stateDir = join(dir, "state");
  const start = (env = options.env ?? {}) => startGateway({ siteFile, stateDir, env, args: options.args ?? [] });
  const clients: MqttClient[] = [];
  const url = `mqtt://127.0.0.1:${mqttPort}`;
  const rig: Rig = {
    gateway: await start(),
    city,
    dir,
    siteFile,
    stateDir,
    url,
    restart: async (env) => {
      rig.gateway = await start(env);
    },
    device: async (id) => {
      const client = await mqtt.connectAsync(url, { clientId: id, username: id, reconnectPeriod: 0, clean: true });
      client.on("error", () => {});
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.end(true);
      await rig.gateway.end("SIGKILL");
      await city.close();
      temp[Symbol.dispose]();
    },
  };
  return rig;
}

export const readingsTopic = (device: string): string => `gatehouse/1/${device}/readings`;

/** Polls a condition that no event announces; fails after `ms` with what it last saw. */
export async function eventually<T>(look: () => Promise<T> | T, good: (seen: T) => boolean, ms = 30_000): Promise<T> {
  const endMs = systemClock.monoMs() + ms;
  for (;;) {
    const seen = await look();
    if (good(seen)) return seen;
    if (systemClock.monoMs() > endMs) throw new Error(`not within ${ms} ms; last seen: ${JSON.stringify(seen)}`);
    await systemClock.sleep(25);
  }
}
