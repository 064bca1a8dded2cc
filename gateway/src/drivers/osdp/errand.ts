/** One command on its way through a reader: its parts, and what is done on the box itself. */
import {
  type AcuJob,
  BAUD_RATES,
  type DeviceCommand,
  INSTALL_WINDOW_MS,
  type OsdpCommand,
  RejectedError,
} from "@gatehouse/protocol";
import { z } from "zod";
import type { OsdpDevice } from "./config.ts";
import { ordersFor } from "./orders.ts";
import type { OsdpReader } from "./reader.ts";

export interface ErrandFor {
  readonly config: OsdpDevice;
  readonly isUnderRepair: boolean;
}

/** Settings of `configure`: only somebody on this box may ask for them. */
const Settings = z.union([
  z.strictObject({
    install: z
      .number()
      .min(1)
      .max(INSTALL_WINDOW_MS / 60_000),
  }),
  z.strictObject({ rotateKey: z.literal(true) }),
  z.strictObject({ trust: z.literal(true) }),
  z.strictObject({
    address: z.int().min(0).max(126).optional(),
    baud: z.union(BAUD_RATES.map((rate) => z.literal(rate))).optional(),
  }),
]);

const KNOWN =
  '{"install":5} (minutes, at most 5), {"rotateKey":true}, {"trust":true}, or for a reader under repair {"address":4,"baud":9600}';

export class Errand {
  /** Done here, without a word to the reader. */
  readonly local: ((reader: OsdpReader) => Promise<void>) | undefined;
  readonly #id: string;
  readonly #orders: readonly OsdpCommand[];
  readonly #command: DeviceCommand;
  readonly #config: OsdpDevice;
  readonly #left = new Set<string>();

  /** `of` makes one of a command that is possible. */
  constructor(
    command: DeviceCommand,
    config: OsdpDevice,
    what: Pick<Errand, "local"> & { readonly orders: readonly OsdpCommand[] },
  ) {
    this.#id = command.id;
    this.#command = command;
    this.#config = config;
    this.local = what.local;
    this.#orders = what.orders;
  }

  /** Throws RejectedError for what this reader cannot do, or must not be told. */
  static of(command: DeviceCommand, target: ErrandFor, isRelease = false): Errand {
    const { config } = target;
    if (command.action !== "configure")
      return new Errand(command, config, { local: undefined, orders: ordersFor(command, config, isRelease) });
    const settings = Settings.safeParse(command.args ?? {});
    if (!settings.success) throw new RejectedError(`a reader can be told ${KNOWN}`);
    return new Errand(command, config, configure(settings.data, target));
  }

  /** Its parts for the reader, none to be sent behind `expiresMs`. */
  jobs(expiresMs: number): readonly AcuJob[] {
    const jobs = this.#orders.map((command, n) => ({ id: `${this.#id}#${n}`, command, expiresMs }));
    for (const { id } of jobs) this.#left.add(id);
    return jobs;
  }

  /** True when this part ended the whole: it failed, or was the last. */
  done(jobId: string, error: string | undefined): boolean {
    const isOne = this.#left.delete(jobId);
    return isOne && (error !== undefined || this.#left.size === 0);
  }

  /** What follows when all was done. */
  after(reader: OsdpReader): void {
    const { action, args } = this.#command;
    if (action === "unlock") reader.show(this.#config.feedback.granted);
    const isLasting = (action === "text" || action === "led") && args?.["seconds"] === undefined;
    if (isLasting && action === "text") reader.stand(args?.["text"] === "" ? [] : this.#orders);
  }
}

function configure(
  settings: z.infer<typeof Settings>,
  { config, isUnderRepair }: ErrandFor,
): Pick<Errand, "local"> & { readonly orders: readonly OsdpCommand[] } {
  const isSecure = config.secure !== "off";
  if (!isSecure && !("address" in settings || "baud" in settings))
    throw new RejectedError("it speaks in clear text: write secure: required in the site file first");
  if ("install" in settings) return here((reader) => reader.openWindow(settings.install * 60_000));
  if ("rotateKey" in settings) return here((reader) => reader.rotateKey());
  if ("trust" in settings) return here((reader) => reader.trust());
  const { address = config.address, baud } = settings as { readonly address?: number; readonly baud?: number };
  if (baud === undefined) throw new RejectedError("say baud too: the rate the line has, or the one it will have");
  if (!isUnderRepair)
    throw new RejectedError(
      "it would cut the reader off: write watch: false for it in the site file first (under repair)",
    );
  return { local: undefined, orders: [{ kind: "comset", address, baud }] };
}

const here = (local: (reader: OsdpReader) => Promise<void>) => ({ local, orders: [] });
