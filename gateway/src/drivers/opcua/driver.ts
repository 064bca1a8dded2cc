/** Driver of one PLC: a process of its own reads it, and what it tells is acknowledged to that process once it is on disk. */
import { type CommandResult, InvariantError, LinkError, RejectedError } from "@gatehouse/protocol";
import type { Driver, DriverDeps, DriverType } from "../../core/ports.ts";
import type { PointValue, ReaderTask, Told } from "../../opcua/seam.ts";
import { SideProcess } from "../../opcua/side-process.ts";
import { OpcuaConfig, OpcuaDevice } from "./config.ts";
import { PlcDevice } from "./plc-device.ts";

/** A PLC that is silent for so many publishing periods, and a value that is not good for as long, is stale. */
const STALE_PERIODS = 3;

/** Where a value told by its number belongs. */
interface Place {
  readonly device: PlcDevice;
  readonly point: number;
}

class OpcuaDriver implements Driver {
  readonly id: string;
  readonly #config: OpcuaConfig;
  readonly #deps: DriverDeps;
  #used = false;

  constructor(id: string, config: OpcuaConfig, deps: DriverDeps) {
    this.id = id;
    this.#config = config;
    this.#deps = deps;
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#used) throw new InvariantError(`driver ${this.id} runs once`);
    this.#used = true;
    if (signal.aborted) return;
    const { devices: listed, clock, log } = this.#deps;
    const patienceMs = this.#config.publishMs * STALE_PERIODS;
    const keys = listed.map((device) => ({ device, points: OpcuaDevice.parse({ points: device["points"] }).points }));
    const devices = keys.map(({ device, points }) => new PlcDevice(device, points, this.#deps, patienceMs));
    const places = devices.flatMap((device, i) =>
      (keys[i]?.points ?? []).map((_, point): Place => ({ device, point })),
    );
    for (const device of devices) await device.load();
    const nodes = keys.flatMap(({ points }) => points.map(({ node }) => node));
    const onValues = (told: Extract<Told, { is: "values" }>, stored: () => void) =>
      take(told.values, places).then(stored);
    const process = new SideProcess({
      id: this.id,
      what: "reader",
      task: this.#task(nodes),
      clock,
      log,
      up: () => {},
      onValues,
    });
    try {
      await process.run(signal);
    } finally {
      // Those that stop with the gateway are not away.
      if (!signal.aborted) await Promise.all(devices.map((device) => device.away().catch(() => {})));
      await Promise.all(devices.map((device) => device.end()));
    }
  }

  async command(device: string): Promise<CommandResult> {
    throw new RejectedError(`${device} is behind a PLC that is read only: it takes no commands`);
  }

  #task(nodes: readonly string[]): ReaderTask {
    const { user, password, endpoint, security, publishMs, sampleMs } = this.#config;
    const { folder, secret } = this.#deps;
    if (folder === undefined) throw new LinkError("refused", "there is no folder for keys and certificates");
    const login = user === undefined || password === undefined ? undefined : { user, password };
    return {
      endpoint,
      security,
      publishMs,
      sampleMs,
      nodes,
      folder,
      name: this.id,
      ...(login === undefined
        ? {}
        : { login: { user: login.user, password: secret(login.password).toString("utf8") } }),
    };
  }
}

/** Device by device, each in the order its values came. */
async function take(values: readonly PointValue[], places: readonly Place[]): Promise<void> {
  const byDevice = new Map<PlcDevice, PointValue[]>();
  for (const value of values) {
    const place = places[value.point];
    if (place === undefined) continue;
    const own = byDevice.get(place.device) ?? [];
    own.push({ ...value, point: place.point });
    byDevice.set(place.device, own);
  }
  await Promise.all([...byDevice].map(([device, own]) => device.take(own)));
}

export const opcua = {
  type: "opcua",
  config: OpcuaConfig,
  device: OpcuaDevice,
  // It reads: what opens a door is told by the PLC's own program.
  actions: [],
  create: (id: string, config: OpcuaConfig, deps: DriverDeps): Driver => new OpcuaDriver(id, config, deps),
} satisfies DriverType<OpcuaConfig>;
