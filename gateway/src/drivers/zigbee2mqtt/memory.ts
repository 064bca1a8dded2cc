/** What the driver knew of its devices, kept over a restart: states may come before Zigbee2MQTT tells its devices again. */
import { type BridgeDevice, readZigbeeDevices } from "@gatehouse/protocol";
import { z } from "zod";
import type { Logger, Vault } from "../../core/ports.ts";
import type { Known, Remembered } from "./roll.ts";

const NAME = "devices";

const Kept = z.object({
  remembered: z.array(z.object({ device: z.string(), address: z.string(), ieee: z.string() })),
  devices: z.array(z.unknown()),
});

export class Memory {
  readonly #vault: Vault;
  readonly #log: Logger;
  #written = "";

  constructor(vault: Vault, log: Logger) {
    this.#vault = vault;
    this.#log = log;
  }

  async read(): Promise<{ readonly devices: readonly BridgeDevice[]; readonly remembered: readonly Remembered[] }> {
    const bytes = await this.#vault.read(NAME);
    const nothing = { devices: [], remembered: [] };
    if (bytes === undefined) return nothing;
    try {
      const { devices, remembered } = Kept.parse(JSON.parse(bytes.toString("utf8")));
      return { devices: readZigbeeDevices(devices) ?? [], remembered };
    } catch (err) {
      this.#log.warn({ err }, "what was kept of zigbee devices cannot be read, and is learned anew");
      return nothing;
    }
  }

  /** Keeps the devices that are bound. Resolves when it is on disk; what did not change is not written. */
  async write(known: readonly Known[], remembered: readonly Remembered[]): Promise<void> {
    const devices = known.filter(({ views }) => views.length > 0).map(({ zigbee }) => wireForm(zigbee));
    const text = JSON.stringify({ remembered, devices });
    if (text === this.#written) return;
    await this.#vault.write(NAME, Buffer.from(text));
    this.#written = text;
  }
}

/** As Zigbee2MQTT would tell it. */
function wireForm({ ieee, name, vendor, model, description, exposes, disabled }: BridgeDevice): object {
  const definition =
    exposes === undefined ? {} : { definition: { vendor, model, description, exposes: exposes.map(wireExpose) } };
  return { ieee_address: ieee, friendly_name: name, disabled, ...definition };
}

type Expose = NonNullable<BridgeDevice["exposes"]>[number];

function wireExpose({ valueOn, valueOff, features, ...expose }: Expose): object {
  return { ...expose, value_on: valueOn, value_off: valueOff, features: features.map(wireExpose) };
}
