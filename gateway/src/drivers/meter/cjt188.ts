/** Water and heat meters that speak CJ/T 188: the driver's row, and how such a meter is asked. Reading alone. */
import {
  CJT188_PROFILES,
  type Cjt188Order,
  type Cjt188Totals,
  cjt188Framing,
  createCjt188Exchange,
  decodeCjt188Frame,
  describeCjt188,
  FrameError,
  LinkError,
  litresOf,
  type Piece,
  RejectedError,
  wattHoursOf,
} from "@gatehouse/protocol";
import { z } from "zod";
import type { DriverDeps, DriverType, LineProtocol } from "../../core/ports.ts";
import { linkUrl } from "../line/address.ts";
import type { Ask } from "../line/bus.ts";
import type { Line } from "../line/line.ts";
import { meterKeys, meterLimits, waitKeys } from "./limits.ts";
import type { Fact, MeterItem } from "./meter.ts";
import { MeterDriver, type MeterProtocol } from "./meter-driver.ts";

const Config = z.strictObject({
  link: linkUrl({ baud: 2400, parity: "even" }),
  ...waitKeys,
  preamble: waitKeys.preamble.default(3),
});
type Config = z.infer<typeof Config>;

const TYPES = {
  "cold-water": 0x10,
  "hot-water": 0x11,
  "drinking-water": 0x12,
  "grey-water": 0x13,
  heat: 0x20,
  cooling: 0x21,
} as const;

const DeviceKeys = z.strictObject({
  address: z
    .string({ error: 'write the 14 digits as text, in quotes: "78330011223344"' })
    .regex(/^\d{14}$/, "must be 14 digits: four of the maker and ten on the meter's plate"),
  type: z
    .union([z.enum(Object.keys(TYPES) as [keyof typeof TYPES]), z.int().min(0x10).max(0x2f)])
    .default("cold-water")
    .describe("what it measures, or its type code as a number: 16 to 31 water, 32 to 47 heat"),
  order: z
    .enum(["90-1F", "1F-90", "auto"])
    .default("auto")
    .describe("order of the identifier's bytes in a request; auto finds out which one it answers"),
  profile: z
    .enum(Object.keys(CJT188_PROFILES) as [keyof typeof CJT188_PROFILES])
    .default("standard")
    .describe("where its maker keeps the bits of battery and valve"),
  decimals: z.int().min(0).max(4).default(2).describe("decimal places of its totals"),
  ...meterKeys,
});
type DeviceKeys = z.infer<typeof DeviceKeys>;

/** A heat meter's answer, the longest, with its waking bytes. */
const ANSWER_BYTES = 64;
const ORDERS = ["90-1F", "1F-90"] as const;

/** One meter's way of being asked: finds the order it answers to, and keeps to it. */
class Questioner {
  readonly #keys: DeviceKeys;
  readonly #config: Config;
  readonly #line: Line;
  #order: Cjt188Order | undefined;
  #serial = 0;

  constructor(keys: DeviceKeys, config: Config, line: Line) {
    this.#keys = keys;
    this.#config = config;
    this.#line = line;
    this.#order = keys.order === "auto" ? undefined : keys.order;
  }

  async read(ask: Ask): Promise<Fact[]> {
    if (this.#order !== undefined) return facts(await this.#ask(ask, this.#order, 1));
    for (const order of ORDERS) {
      try {
        const totals = await this.#ask(ask, order, order === ORDERS[0] ? 0 : 1);
        this.#order = order;
        return facts(totals);
      } catch (error) {
        const mayBeOrder = error instanceof RejectedError || (error instanceof LinkError && error.code === "timeout");
        if (!mayBeOrder || order === ORDERS[1]) throw error;
      }
    }
    return [];
  }

  async #ask(ask: Ask, order: Cjt188Order, retries: number): Promise<Cjt188Totals> {
    const { type, address, profile, decimals } = this.#keys;
    const { preamble, replyMs } = this.#config;
    this.#serial = (this.#serial + 1) & 0xff;
    const exchange = createCjt188Exchange({
      type: typeof type === "number" ? type : TYPES[type],
      address,
      order,
      serial: this.#serial,
      profile: { ...CJT188_PROFILES[profile], decimals },
      preamble,
    });
    let unreadable: FrameError | undefined;
    const totals = await ask({
      request: exchange.request,
      replyMs: replyMs + ANSWER_BYTES * this.#line.characterMs,
      retries,
      hear(piece: Piece): Cjt188Totals | "unreadable" | undefined {
        if (piece.kind !== "frame") return undefined;
        try {
          return exchange.hear(piece.bytes);
        } catch (error) {
          if (!(error instanceof FrameError) || error.code === "checksum") throw error;
          unreadable = error;
          return "unreadable";
        }
      },
    });
    if (totals === "unreadable") throw unreadable ?? new FrameError("payload", "the answer cannot be read");
    return totals;
  }
}

function facts({ reading }: Cjt188Totals): Fact[] {
  const battery: Fact = { kind: "battery.low", on: reading.status.batteryLow };
  const diagnostics: Fact = {
    kind: "diagnostics",
    fields: { valve: reading.status.valve, meterTime: reading.meterTime },
  };
  const total = reading.kind === "heat" ? wattHoursOf(reading.current) : litresOf(reading.current);
  if (total === undefined) throw new FrameError("payload", "the meter has no total");
  return [{ kind: reading.kind === "heat" ? "meter.energyWh" : "meter.waterL", value: total }, battery, diagnostics];
}

/** What is spoken on the line. The framing lets nothing through that does not decode. */
const spoken: LineProtocol & Pick<MeterProtocol, "judge"> = {
  framing: cjt188Framing,
  describe: describeCjt188,
  address: (frame) => decodeCjt188Frame(frame).address,
  judge: (frame) => ((decodeCjt188Frame(frame).control & 0x80) !== 0 ? "device" : "master"),
};

export const cjt188 = {
  type: "cjt188",
  config: Config,
  device: DeviceKeys,
  distinct: "address",
  speaks: () => spoken,
  actions: [],
  create(
    id: string,
    config: Config,
    deps: DriverDeps,
    open?: ConstructorParameters<typeof MeterDriver>[4],
  ): MeterDriver {
    const protocol = {
      ...spoken,
      meter(device: DriverDeps["devices"][number], line: Line) {
        const keys = z.object(DeviceKeys.shape).parse(device);
        const questioner = new Questioner(keys, config, line);
        const totals: MeterItem = { name: "totals", read: (ask) => questioner.read(ask) };
        return { device: device.id, periodMs: keys.periodSeconds * 1_000, items: [totals], limits: meterLimits(keys) };
      },
    };
    return new MeterDriver(id, config.link, protocol, deps, open);
  },
} satisfies DriverType<Config>;
