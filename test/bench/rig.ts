/** What a benchmark runs on: a gateway in its own process, a city platform in another, and probes that time alerts end to end. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePort } from "../support/free-port.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { writeLoadSite } from "../support/load-site.ts";
import { tempDir } from "../support/temp-dir.ts";

export interface Rig extends AsyncDisposable {
  readonly gateway: GatewayProcess;
  readonly url: string;
  readonly city: CityProcess;
  /** Resident memory of the gateway, MB. */
  rssMb(): number;
  /** Processor time of the gateway so far, ms. */
  cpuMs(): number;
}

export interface RigOptions {
  readonly devices: number;
  /** Forward readings to the city too. Default true. */
  readonly readings?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Further sections of the site file. */
  readonly sections?: object | undefined;
}

export async function openRig(options: RigOptions): Promise<Rig> {
  const dir = tempDir();
  const ca = join(dir.path, "ca.pem");
  const city = await startCityProcess(ca);
  const mqttPort = await freePort();
  const uplinks = [
    { id: "city", type: "https", url: city.url, tls: { ca: { file: ca } }, readings: options.readings ?? true },
  ];
  const siteFile = writeLoadSite({ dir: dir.path, ...options, mqttPort, uplinks });
  const gateway = await startGateway({ siteFile, stateDir: join(dir.path, "state"), env: options.env ?? {} });
  const proc = `/proc/${gateway.child.pid}`;
  return {
    gateway,
    city,
    url: `mqtt://127.0.0.1:${mqttPort}`,
    rssMb: () => (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`${proc}/status`, "utf8"))?.[1]) * 1024) / 1e6,
    cpuMs: () => {
      const fields = readFileSync(`${proc}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      return (Number(fields[11]) + Number(fields[12])) * 10;
    },
    async [Symbol.asyncDispose]() {
      await gateway.end("SIGTERM");
      await city.close();
      dir[Symbol.dispose]();
    },
  };
}

export interface CityStatus {
  readonly unique: number;
  readonly duplicates: number;
}

export interface CityProcess {
  readonly url: string;
  /** Arrival of alert events: `space` and the clock both processes share, ms. */
  onAlert: (arrival: {
    readonly space: string;
    readonly change: string;
    readonly seq: number | undefined;
    readonly atMs: number;
  }) => void;
  fail(mode: string | null): Promise<void>;
  status(): Promise<CityStatus>;
  close(): Promise<void>;
}

/** The city platform apart, so that its processor time does not count as the gateway's and its loop does not delay the probes. */
async function startCityProcess(ca: string): Promise<CityProcess> {
  const script = fileURLToPath(new URL("./city-process.ts", import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [script, ca], { stdio: ["ignore", "pipe", "inherit"] });
  const opened = Promise.withResolvers<{ url: string; control: string }>();
  const city: CityProcess = {
    url: "",
    onAlert: () => {},
    fail: async (mode) => {
      await fetch(`${(await opened.promise).control}/control`, { method: "POST", body: JSON.stringify({ mode }) });
    },
    status: async () => (await (await fetch(`${(await opened.promise).control}/status`)).json()) as CityStatus,
    close: async () => {
      child.kill("SIGTERM");
    },
  };
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
    const message = JSON.parse(line) as { url?: string; control?: string; space?: string };
    if (message.url !== undefined) opened.resolve(message as { url: string; control: string });
    else city.onAlert(message as never);
  });
  return Object.assign(city, { url: (await opened.promise).url });
}
