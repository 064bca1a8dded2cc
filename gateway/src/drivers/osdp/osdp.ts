/** Driver of one OSDP line: the ACU of its readers, over RS-485 or a raw device server. */
import { randomBytes } from "node:crypto";
import {
  type CommandResult,
  type DeviceCommand,
  decodeOsdpFrame,
  describeOsdp,
  InvariantError,
  LinkError,
  maskedOsdpHex,
  OSDP_BROADCAST,
  OsdpAcu,
  osdpFraming,
  RejectedError,
} from "@gatehouse/protocol";
import { figuresOf } from "../../core/line-figures.ts";
import type { CommandWay, Driver, DriverDeps, DriverType, LineProtocol } from "../../core/ports.ts";
import type { Line } from "../line/line.ts";
import { LineBus } from "../line/line-bus.ts";
import { openLine } from "../line/open-line.ts";
import { PendingCommands } from "../pending-commands.ts";
import { keyForm, OsdpConfig, OsdpDevice, readKey } from "./config.ts";
import { Errand } from "./errand.ts";
import { OsdpReader } from "./reader.ts";
import { ReaderKeys } from "./reader-keys.ts";
import { ReaderMemory } from "./reader-memory.ts";

interface Planned {
  readonly device: string;
  readonly config: OsdpDevice;
  /** Not watched for faults: under repair, so that what would cut it off may be changed. */
  readonly isUnderRepair: boolean;
  readonly siteKey: Uint8Array | undefined;
}

interface Running {
  readonly bus: LineBus;
  readonly readers: ReadonlyMap<string, OsdpReader>;
  readonly signal: AbortSignal;
}

/** A PD answers within this time. */
const REPLY_MS = 200;
/** Characters of an answer's beginning; the bus hears a spoken one to its end. */
const HEADER_CHARACTERS = 8;
const ATTEND_MS = 1_000;
/** A reader drops its session after 8 s of silence: a round of all readers takes half of that at the most, where the line can. */
const ROUND_MS = 4_000;
/** ID, CAP, CHLNG, SCRYPT, KEYSET and the handshake behind it. */
const WHOLE_START = 8;
const EXCHANGE_CHARACTERS = 64;
const TURNAROUND_MS = 20;

class OsdpDriver implements Driver {
  readonly id: string;
  readonly #open: typeof openLine;
  readonly #config: OsdpConfig;
  readonly #deps: DriverDeps;
  readonly #planned: readonly Planned[];
  readonly #commands: PendingCommands;
  readonly #errands = new Map<string, Errand>();
  readonly #attended = new Set<OsdpReader>();
  #used = false;
  #running: Running | undefined;

  constructor(id: string, config: OsdpConfig, deps: DriverDeps, open: typeof openLine) {
    this.id = id;
    this.#open = open;
    this.#config = config;
    this.#deps = deps;
    this.#commands = new PendingCommands(deps.clock);
    this.#planned = deps.devices.map(({ id: device, watch, ...keys }): Planned => {
      const own = Object.fromEntries(Object.entries(keys).filter(([key]) => key in OsdpDevice.shape));
      const parsed = OsdpDevice.parse(own);
      const siteKey = parsed.key === undefined ? undefined : readKey(deps.secret(parsed.key));
      return { device, config: parsed, isUnderRepair: watch === false, siteKey };
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#used) throw new InvariantError(`driver ${this.id} runs once`);
    this.#used = true;
    if (signal.aborted) return;
    let line: Line;
    try {
      line = await this.#open(this.#config.link, this.#deps, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    try {
      await this.#serve(line, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#running = undefined;
      await line.close();
      this.#commands.abandon(`driver ${this.id} ended`);
    }
  }

  async #serve(line: Line, signal: AbortSignal): Promise<void> {
    const { clock, log, health } = this.#deps;
    const bus = new LineBus({
      line,
      framing: osdpFraming(),
      clock,
      log,
      health,
      driver: this.id,
      padding: [0xff],
      judge: judgeFrame,
    });
    this.#deps.figures?.(() => figuresOf(bus.counters));
    const readers = new Map<string, OsdpReader>();
    for (const planned of this.#planned) readers.set(planned.device, await this.#createReader(planned, line));
    const running = { bus, readers, signal };
    this.#running = running;
    for (const reader of readers.values()) {
      await reader.begin();
      void this.#attend(reader, running);
    }
    await bus.run([...readers.values()], signal);
  }

  async #createReader({ device, config, siteKey }: Planned, line: Line): Promise<OsdpReader> {
    const { vault, log, clock } = this.#deps;
    const { pollMs, statusSeconds } = this.#config;
    const memory = await ReaderMemory.load(vault, device, log);
    const keys = new ReaderKeys(memory, siteKey, clock);
    const acu = new OsdpAcu({
      address: config.address,
      security: config.secure === "off" ? "off" : "required",
      keys: config.secure === "off" ? [] : keys.candidates,
      pins: memory.state.pins,
      random: (bytes) => Uint8Array.from(randomBytes(bytes)),
      statusMs: statusSeconds * 1_000,
    });
    return new OsdpReader({
      device,
      config,
      acu,
      keys,
      periodMs: pollMs,
      startExchanges: startExchanges(this.#planned.length, line.characterMs),
      replyMs: REPLY_MS + line.quietMs + HEADER_CHARACTERS * line.characterMs,
      deps: this.#deps,
      onDone: (id, error) => this.#done(device, id, error),
    });
  }

  async command(device: string, command: DeviceCommand, signal: AbortSignal, way?: CommandWay): Promise<CommandResult> {
    const planned = this.#planned.find((each) => each.device === device);
    if (planned === undefined) throw new RejectedError(`device ${device} is not of driver ${this.id}`);
    const running = this.#running;
    const reader = running?.readers.get(device);
    if (running === undefined || reader === undefined)
      throw new LinkError("refused", `driver ${this.id}: the line is down`);
    const { clock } = this.#deps;
    const isRelease = way === "release";
    const errand = Errand.of(command, planned, isRelease);
    if (errand.local !== undefined) {
      await errand.local(reader);
      void this.#attend(reader, running);
      return { id: command.id, ok: true };
    }
    const leftMs = (Date.parse(command.notAfter) - clock.nowMs()) / clock.scale;
    if (leftMs > 0 && !reader.isOnline) throw new LinkError("refused", `${device} is offline`);
    const jobs = errand.jobs(clock.monoMs() + leftMs);
    const send = async () => {
      this.#errands.set(`${device} ${command.id}`, errand);
      reader.add(jobs, isRelease);
      running.bus
        .urgent(device, (ask) => reader.hurry(ask, () => running.bus.isPressed), signal, { first: isRelease })
        .catch((err: unknown) =>
          this.#deps.log.debug({ device, err }, "a command did not get its answer in its own turn"),
        );
    };
    if (isRelease) reader.rush(true);
    try {
      const result = await this.#commands.ask(device, command, send, signal);
      if (result.ok && !isRelease) errand.after(reader);
      return result;
    } finally {
      if (isRelease) reader.rush(false);
      reader.withdraw(jobs.map(({ id }) => id));
      this.#errands.delete(`${device} ${command.id}`);
    }
  }

  /** Somebody stands in front of a reader that is being installed: it is asked every second, however long it was silent. */
  async #attend(reader: OsdpReader, { bus, signal }: Running): Promise<void> {
    if (this.#attended.has(reader)) return;
    this.#attended.add(reader);
    while (reader.isInstalling && !signal.aborted) {
      await bus.urgent(reader.device, (ask) => reader.poll(ask), signal).catch(() => {});
      await this.#deps.clock.sleep(ATTEND_MS, signal).catch(() => {});
    }
    this.#attended.delete(reader);
  }

  #done(device: string, jobId: string, error: string | undefined): void {
    const [id = ""] = jobId.split("#");
    const errand = this.#errands.get(`${device} ${id}`);
    const isOver = errand?.done(jobId, error) ?? false;
    if (isOver)
      this.#commands.settle(device, { id, ok: error === undefined, ...(error === undefined ? {} : { error }) });
  }
}

/** A frame of the command direction that is heard comes from another controller. */
const judgeFrame = (frame: Uint8Array): "master" | "device" => (decodeOsdpFrame(frame).reply ? "device" : "master");

function addressOf(frame: Uint8Array): string | undefined {
  const { address } = decodeOsdpFrame(frame);
  return address === OSDP_BROADCAST ? undefined : String(address);
}

function startExchanges(readers: number, characterMs: number): number {
  const exchangeMs = EXCHANGE_CHARACTERS * characterMs + TURNAROUND_MS;
  return Math.min(WHOLE_START, Math.max(1, Math.floor(ROUND_MS / (readers * exchangeMs))));
}

export const osdp = {
  type: "osdp",
  config: OsdpConfig,
  device: OsdpDevice,
  distinct: "address",
  secrets: { key: keyForm },
  actions: ["unlock", "lock", "output", "led", "buzzer", "text", "identify", "configure"],
  localActions: ["configure"],
  keepsKeys: true,
  speaks: (): LineProtocol => ({
    framing: osdpFraming(),
    describe: describeOsdp,
    hex: maskedOsdpHex,
    address: addressOf,
    judge: judgeFrame,
  }),
  /** `open` is for a line of one's own. */
  create: (id: string, config: OsdpConfig, deps: DriverDeps, open: typeof openLine = openLine): Driver =>
    new OsdpDriver(id, config, deps, open),
} satisfies DriverType<OsdpConfig>;
