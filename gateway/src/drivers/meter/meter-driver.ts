/** Driver of a line with meters, whatever they speak: opens it, gives every meter its turn, and reads, nothing else. */
import {
  type CommandResult,
  type Device,
  type DeviceCommand,
  type Framing,
  InvariantError,
  RejectedError,
} from "@gatehouse/protocol";
import { figuresOf } from "../../core/line-figures.ts";
import type { Driver, DriverDeps } from "../../core/ports.ts";
import type { LineAddress } from "../line/address.ts";
import type { Line } from "../line/line.ts";
import { LineBus } from "../line/line-bus.ts";
import { openLine } from "../line/open-line.ts";
import { Meter, type MeterOptions } from "./meter.ts";
import { TotalMemory } from "./total-memory.ts";

/** What a protocol brings along. */
export interface MeterProtocol {
  readonly framing: Framing;
  judge(frame: Uint8Array): "master" | "device";
  /** How the device is asked on this line. */
  meter(device: Device, line: Line): MeterOptions;
}

export class MeterDriver implements Driver {
  readonly id: string;
  readonly #link: LineAddress;
  readonly #protocol: MeterProtocol;
  readonly #deps: DriverDeps;
  readonly #open: typeof openLine;
  #used = false;

  /** `open` is for tests with a line of their own. */
  constructor(id: string, link: LineAddress, protocol: MeterProtocol, deps: DriverDeps, open = openLine) {
    this.id = id;
    this.#link = link;
    this.#protocol = protocol;
    this.#deps = deps;
    this.#open = open;
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#used) throw new InvariantError(`driver ${this.id} runs once`);
    this.#used = true;
    if (signal.aborted) return;
    const { clock, log, health, accept, devices, tap, vault } = this.#deps;
    const totals = new TotalMemory(vault, clock);
    await totals.open();
    let line: Line;
    try {
      line = await this.#open(this.#link, { clock, log, tap }, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    try {
      const { framing, judge, meter } = this.#protocol;
      const presence = async (device: string, online: boolean) => {
        await accept([{ device, kind: online ? "device.online" : "device.offline" }]);
      };
      const bus = new LineBus({ line, framing, clock, log, health, driver: this.id, judge, presence });
      this.#deps.figures?.(() => figuresOf(bus.counters));
      const meters = devices.map((device) => new Meter(meter(device, line), { clock, log, accept, totals }));
      await bus.run(meters, signal);
    } finally {
      await line.close();
    }
  }

  async command(device: string, command: DeviceCommand, _signal: AbortSignal): Promise<CommandResult> {
    throw new RejectedError(`${device} is a meter: it is read, "${command.action}" is not for it`);
  }
}
