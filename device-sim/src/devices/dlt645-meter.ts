/** A simulated electricity meter of DL/T 645: real frames, wildcards, long answers in parts, refusals, and its own troubles by name. */
import {
  type Dlt645Frame,
  type Dlt645Request,
  type Dlt645Value,
  decodeDlt645Frame,
  decodeDlt645Request,
  dlt645Control,
  dlt645DataAnswer,
  dlt645Framing,
  dlt645Item,
  dlt645Refusal,
  encodeDlt645Answer,
  encodeDlt645Values,
  fromReversedHex,
  matchesMeterAddress,
  Splitter,
} from "@gatehouse/protocol";
import type { Random } from "@gatehouse/protocol/testing";
import type { SimDevice, SimEvent } from "./device.ts";
import { EnergyRegister } from "./energy-register.ts";
import type { OwnFaults } from "./faulty.ts";

/**
 * `wrong-address`: answers under another address. `counter-wrap`: the register has few digits and begins anew. `garbage`: good checksums
 * around bytes that are no digits. `refuse`: has no such data, whatever is asked.
 */
export type Dlt645Fault = "wrong-address" | "counter-wrap" | "garbage" | "refuse";

export interface Dlt645MeterOptions {
  readonly id: string;
  /** 12 digits. */
  readonly address: string;
  readonly edition?: "2007" | "1997";
  /** What its register shows at the start; default 1 MWh. */
  readonly wh?: number | undefined;
  readonly phases?: 1 | 3 | undefined;
  /** Phases it does not have are sent as FF, or as 0. */
  readonly absent?: "FF" | "00";
  /** Data bytes in one frame; longer answers come in parts. */
  readonly partBytes?: number;
  /** Waking bytes before its answers. */
  readonly preamble?: number;
}

export interface Dlt645Meter extends SimDevice {
  /** Switched on and off while it runs. */
  readonly faults: Set<Dlt645Fault>;
  /** For withFaults(). */
  readonly own: OwnFaults;
  /** What its register holds, Wh. */
  readonly wh: number;
}

/** Silence after which what was heard of a frame counts for nothing. */
const FORGET_MS = 500;
const NO_DATA = 0x02;
const NOT_ALLOWED = 0x04;

export function createDlt645Meter(options: Dlt645MeterOptions, random: Random): Dlt645Meter {
  const { id, address, edition = "2007", partBytes = 190, preamble = 4 } = options;
  const register = new EnergyRegister(options.wh ?? 1_000_000, options.phases ?? 1, options.absent ?? "FF", random);
  const faults = new Set<Dlt645Fault>();
  let splitter = new Splitter(dlt645Framing);
  let heardAtMs = 0;
  let powered = true;
  let long: { readonly di: string; readonly rest: Uint8Array; readonly part: number } | undefined;

  function answer({ address: to, control, data }: Dlt645Frame): Dlt645Frame | undefined {
    const { fromMeter, code } = dlt645Control(control);
    if (fromMeter || !matchesMeterAddress(to, address)) return undefined;
    const request = decodeDlt645Request({ address: to, control, data });
    if (request.kind === "read-address")
      return edition === "2007" ? { address, control: 0x93, data: fromReversedHex(address) } : undefined;
    if (request.kind === "other") return dlt645Refusal(address, code, NOT_ALLOWED);
    if (request.edition !== edition) return undefined;
    return inParts(request, code);
  }

  function inParts(request: Extract<Dlt645Request, { di: string }>, code: number): Dlt645Frame {
    const { di } = request;
    const part = request.kind === "follow" ? (long?.part ?? 0) : undefined;
    const isNext = request.kind === "read" || (long?.di === di && (request.part ?? part) === part);
    const whole = request.kind === "read" ? contentOf(di) : long?.rest;
    if (whole === undefined || !isNext || faults.has("refuse")) return dlt645Refusal(address, code, NO_DATA);
    const more = whole.length > partBytes;
    long = more ? { di, rest: whole.subarray(partBytes), part: (part ?? 0) + 1 } : undefined;
    const data = more ? whole.subarray(0, partBytes) : whole;
    return dlt645DataAnswer(address, { di, data, more, ...(part === undefined ? {} : { part }) });
  }

  function contentOf(di: string): Uint8Array | undefined {
    const item = dlt645Item(di);
    const texts = item === undefined ? undefined : register.texts(item, address, faults.has("counter-wrap"));
    if (item === undefined || texts === undefined) return undefined;
    const garbage = "0C0B0A09".repeat(item.shape.bytes).slice(0, 2 * item.shape.bytes);
    const values = texts.map((text): Dlt645Value => {
      if (faults.has("garbage") && item.shape.kind === "number") return { kind: "garbage", hex: garbage };
      return text === undefined ? { kind: "absent" } : { kind: "value", text };
    });
    return encodeDlt645Values(item, values);
  }

  const spoken = (frame: Dlt645Frame): Uint8Array => {
    const shifted = String((Number(address) + 1) % 1_000_000_000_000).padStart(12, "0");
    return encodeDlt645Answer(faults.has("wrong-address") ? { ...frame, address: shifted } : frame, preamble);
  };

  return {
    id,
    faults,
    own: ownFaults(faults),
    get wh() {
      return register.wh;
    },
    hear(bytes, nowMs) {
      if (nowMs - heardAtMs > FORGET_MS) splitter = new Splitter(dlt645Framing);
      heardAtMs = nowMs;
      if (!powered) return [];
      return splitter.push(bytes).flatMap((piece) => {
        const frame = piece.kind === "frame" ? answer(decodeDlt645Frame(piece.bytes)) : undefined;
        return frame === undefined ? [] : [{ afterMs: random.int(20, 120), bytes: spoken(frame) }];
      });
    },
    act(event: SimEvent, nowMs: number) {
      if (event.kind === "use") register.use(event.wh ?? 0, nowMs);
      else if (event.kind === "power") powered = event.ok;
    },
  };
}

/** The faults that any device may have, as this one suffers them. */
function ownFaults(faults: Set<Dlt645Fault>): OwnFaults {
  const turn = (fault: Dlt645Fault) => (on: boolean) => void (on ? faults.add(fault) : faults.delete(fault));
  return { "wrong-address": turn("wrong-address"), "counter-wrap": turn("counter-wrap") };
}
