/** Electricity meters that speak DL/T 645: the driver's row, and how such a meter is asked. Reading alone. */
import {
  createDlt645Exchange,
  decodeDlt645Frame,
  describeDlt645,
  dlt645Control,
  dlt645Framing,
  dlt645Item,
  dlt645Number,
  dlt645Phases,
  dlt645ValuesOf,
  FrameError,
  InvariantError,
  type Piece,
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
  preamble: waitKeys.preamble.default(4),
});
type Config = z.infer<typeof Config>;

const Item = z.enum(["energy", "power", "voltage", "current"]);
type Item = z.infer<typeof Item>;

const DeviceKeys = z.strictObject({
  address: z
    .string({ error: 'write the 12 digits as text, in quotes: "202311000123"' })
    .regex(/^\d{12}$/, "must be the 12 digits on the meter's plate")
    .refine((text) => text !== "999999999999", "is the address of all meters, which none answers"),
  edition: z.enum(["2007", "1997"]).default("2007").describe("1997 for old meters with identifiers of two bytes"),
  items: z.array(Item).min(1).default(["energy", "power"]).describe("voltage and current go to the log alone"),
  ratio: z
    .number()
    .positive()
    .max(100_000)
    .default(1)
    .describe("of its current transformers: energy and power are multiplied by it"),
  ...meterKeys,
});
type DeviceKeys = z.infer<typeof DeviceKeys>;

const IDENTIFIERS: Readonly<Record<Item, Readonly<Record<DeviceKeys["edition"], string>>>> = {
  energy: { "2007": "00010000", "1997": "9010" },
  power: { "2007": "02030000", "1997": "B630" },
  voltage: { "2007": "0201FF00", "1997": "B61F" },
  current: { "2007": "0202FF00", "1997": "B62F" },
};
/** The longest answer of these, a block with its waking bytes. */
const ANSWER_BYTES = 48;

/** The bytes of one identifier, following parts included. */
async function fetchData(ask: Ask, line: Line, config: Config, address: string, di: string): Promise<Uint8Array> {
  const exchange = createDlt645Exchange(address, di, config.preamble);
  for (;;) {
    const heard = await ask({
      request: exchange.request(),
      replyMs: config.replyMs + ANSWER_BYTES * line.characterMs,
      hear(piece: Piece) {
        if (piece.kind !== "frame") return undefined;
        const what = exchange.hear(piece.bytes);
        return what.kind === "foreign" ? undefined : what;
      },
    });
    if (heard.kind === "done") return heard.data;
  }
}

function facts(item: Item, di: string, data: Uint8Array, ratio: number): Fact[] {
  const what = dlt645Item(di);
  if (what === undefined) throw new InvariantError(`data identifier ${di} is not known`);
  const values = dlt645ValuesOf(di, data);
  if (item === "voltage" || item === "current") {
    const phases = dlt645Phases(what, values);
    return [{ kind: "diagnostics", fields: { [item]: phases.map((phase) => phase ?? null) } }];
  }
  const number = dlt645Number(what, values);
  if (number === undefined) throw new FrameError("payload", "the meter has no such value");
  // kWh and kW with at most four decimals: thousands are whole to a tenth, what binary fractions add is taken off.
  const thousands = Math.round(number * ratio * 10_000) / 10;
  return [{ kind: item === "energy" ? "meter.energyWh" : "meter.powerW", value: thousands }];
}

/** What is spoken on the line. The framing lets nothing through that does not decode. */
const spoken: LineProtocol & Pick<MeterProtocol, "judge"> = {
  framing: dlt645Framing,
  describe: describeDlt645,
  address: (frame) => decodeDlt645Frame(frame).address,
  judge: (frame) => (dlt645Control(decodeDlt645Frame(frame).control).fromMeter ? "device" : "master"),
};

export const dlt645 = {
  type: "dlt645",
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
        const items = keys.items.map((item): MeterItem => {
          const di = IDENTIFIERS[item][keys.edition];
          return {
            name: item,
            read: async (ask) => facts(item, di, await fetchData(ask, line, config, keys.address, di), keys.ratio),
          };
        });
        return { device: device.id, periodMs: keys.periodSeconds * 1_000, items, limits: meterLimits(keys) };
      },
    };
    return new MeterDriver(id, config.link, protocol, deps, open);
  },
} satisfies DriverType<Config>;
