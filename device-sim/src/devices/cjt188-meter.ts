/** A simulated water or heat meter of CJ/T 188: real frames in either order of the identifier, and its own troubles by name. */
import {
  type Cjt188Frame,
  type Cjt188Identified,
  type Cjt188Order,
  cjt188Framing,
  cjt188TimeBytes,
  decodeCjt188Frame,
  decodeCjt188Request,
  encodeCjt188Answer,
  fromReversedHex,
  identified,
  isHeatType,
  matchesMeterAddress,
  quantityBytes,
  Splitter,
} from "@gatehouse/protocol";
import type { Random } from "@gatehouse/protocol/testing";
import type { SimDevice, SimEvent } from "./device.ts";
import type { OwnFaults } from "./faulty.ts";

/**
 * `wrong-address`: answers under another address. `counter-wrap`: the register has few digits and begins anew. `garbage`: good checksums
 * around bytes that are no digits. `absent`: FF in place of its total. `refuse`: answers every reading with an error.
 */
export type Cjt188Fault = "wrong-address" | "counter-wrap" | "garbage" | "absent" | "refuse";

export interface Cjt188MeterOptions {
  readonly id: string;
  /** 14 digits. */
  readonly address: string;
  /** 10H cold water, 11H hot water, 20H heat, …; default 10H. */
  readonly type?: number;
  /** The order of the identifier it understands; default both. */
  readonly order?: Cjt188Order | "both";
  /** The order in its answers; default as it was asked. */
  readonly answers?: Cjt188Order;
  /** What its register shows at the start; default 100 m3, or 1 MWh for heat. */
  readonly litres?: number | undefined;
  readonly wh?: number | undefined;
  readonly unit?: "m3" | "L" | undefined;
  /** Bits of its status: the standard's, or in the high half byte. */
  readonly profile?: "standard" | "high-bits" | undefined;
  /** Understands addresses with wildcards in a part only, as some do; all of them understand AA alone. */
  readonly partialWildcards?: boolean;
  readonly preamble?: number;
}

export interface Cjt188Meter extends SimDevice {
  /** Switched on and off while it runs. */
  readonly faults: Set<Cjt188Fault>;
  /** For withFaults(). */
  readonly own: OwnFaults;
  readonly litres: number;
  readonly wh: number;
}

/** Silence after which what was heard of a frame counts for nothing. */
const FORGET_MS = 500;
const ANY = "AA".repeat(7);
const UNIT = { L: { code: 0x29, litres: 1 }, m3: { code: 0x2c, litres: 1_000 } } as const;
const SHORT_WRAP = 10;
const KWH = 0x05;

const kwh = (value: string) => quantityBytes({ value, unit: "", unitCode: KWH }, 2);

/** Power, flow, volume, temperatures 45.50 and 38.25, 123 hours. */
function heatRest(litres: number): Uint8Array {
  const power = quantityBytes({ value: "0.00", unit: "", unitCode: 0x17 }, 2);
  const flow = quantityBytes({ value: "0.0000", unit: "", unitCode: 0x35 }, 4);
  const volume = quantityBytes({ value: (litres / 1_000).toFixed(2), unit: "", unitCode: UNIT.m3.code }, 2);
  return Uint8Array.of(...power, ...flow, ...volume, 0x50, 0x45, 0, 0x25, 0x38, 0, 0x23, 0x01, 0);
}

export function createCjt188Meter(options: Cjt188MeterOptions, random: Random): Cjt188Meter {
  const { id, address, type = 0x10, order = "both", unit = "m3", profile = "standard", preamble = 3 } = options;
  const faults = new Set<Cjt188Fault>();
  let [litres, wh] = [options.litres ?? 100_000, options.wh ?? 1_000_000];
  let batteryLow = false;
  let splitter = new Splitter(cjt188Framing);
  let heardAtMs = 0;

  const isFor = (frame: Cjt188Frame): boolean => {
    if (frame.type !== type && frame.type !== 0xaa) return false;
    if (frame.address === address || frame.address === ANY) return true;
    return options.partialWildcards === true && matchesMeterAddress(frame.address, address);
  };

  function answer(frame: Cjt188Frame): Cjt188Frame | undefined {
    if ((frame.control & 0x80) !== 0 || !isFor(frame)) return undefined;
    const request = decodeCjt188Request(frame);
    if (request.kind === "other") return reply(0xc0 | request.code, Uint8Array.of(0, 0x02, 0));
    const { asked } = request;
    if (asked.di === undefined || (order !== "both" && asked.order !== order)) return undefined;
    const echo = { ...asked, order: options.answers ?? asked.order };
    if (request.kind === "read-address") return reply(0x83, identified("810A", echo));
    if (faults.has("refuse") || asked.di !== "901F") return reply(0xc1, Uint8Array.of(asked.serial, 0x02, 0));
    return reply(0x81, isHeatType(type) ? heat(echo) : volume(echo));
  }

  const reply = (control: number, data: Uint8Array): Cjt188Frame => ({ type, address, control, data });

  /** Decimal text of two places, as much as the register has digits for. */
  const shown = (value: number): string | null => {
    if (faults.has("absent")) return null;
    return (Math.floor((value % (faults.has("counter-wrap") ? SHORT_WRAP : 1e6)) * 100 + 1e-6) / 100).toFixed(2);
  };
  const total = (value: string | null, code: number): Uint8Array =>
    faults.has("garbage")
      ? fromReversedHex(`${code.toString(16)}0C0B0A09`)
      : quantityBytes({ value, unit: "", unitCode: code }, 2);
  const status = () => (batteryLow ? [profile === "standard" ? 0x04 : 0x20, 0] : [0, 0]);

  function volume(echo: Cjt188Identified): Uint8Array {
    const { code, litres: size } = UNIT[unit];
    const settled = quantityBytes({ value: null, unit: "", unitCode: code }, 2);
    const current = total(shown(litres / size), code);
    return Uint8Array.of(...identified("901F", echo), ...current, ...settled, ...cjt188TimeBytes(null), ...status());
  }

  const heat = (echo: Cjt188Identified): Uint8Array =>
    Uint8Array.of(
      ...identified("901F", echo),
      ...kwh("0.00"),
      ...total(shown(wh / 1_000), KWH),
      ...heatRest(litres),
      ...cjt188TimeBytes(null),
      ...status(),
    );

  const spoken = (frame: Cjt188Frame): Uint8Array => {
    const shifted = address.slice(0, 4) + String((Number(address.slice(4)) + 1) % 1e10).padStart(10, "0");
    return encodeCjt188Answer(faults.has("wrong-address") ? { ...frame, address: shifted } : frame, preamble);
  };

  return {
    id,
    faults,
    own: ownFaults(faults),
    get litres() {
      return litres;
    },
    get wh() {
      return wh;
    },
    hear(bytes, nowMs) {
      if (nowMs - heardAtMs > FORGET_MS) splitter = new Splitter(cjt188Framing);
      heardAtMs = nowMs;
      return splitter.push(bytes).flatMap((piece) => {
        const frame = piece.kind === "frame" ? answer(decodeCjt188Frame(piece.bytes)) : undefined;
        return frame === undefined ? [] : [{ afterMs: random.int(20, 150), bytes: spoken(frame) }];
      });
    },
    act(event: SimEvent) {
      if (event.kind === "use") {
        litres += event.litres ?? 0;
        wh += event.wh ?? 0;
      } else if (event.kind === "power") batteryLow = !event.ok;
    },
  };
}

/** The faults that any device may have, as this one suffers them. */
function ownFaults(faults: Set<Cjt188Fault>): OwnFaults {
  const turn = (fault: Cjt188Fault) => (on: boolean) => void (on ? faults.add(fault) : faults.delete(fault));
  return { "wrong-address": turn("wrong-address"), "counter-wrap": turn("counter-wrap") };
}
