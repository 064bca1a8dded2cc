/** The door node's own messages <-> bytes, both roles: user sysex of Firmata with a check. Specified in `firmware-messages.md`. */
import { crc16Osdp } from "../crc.ts";
import { FrameError } from "../errors.ts";
import {
  BOARD_LAYOUTS,
  type DoorNodeBoardMessage,
  type DoorNodeHostMessage,
  type DoorNodeLayout,
  FIELD_GROUPS,
  FIELD_MAX,
  HOST_LAYOUTS,
} from "./door-node-layout.ts";
import { fromSevenBit, toSevenBit } from "./seven-bit.ts";

const START = 0xf0;
const END = 0xf7;
const CHECK_GROUPS = 3;

type Layouts = Readonly<Record<string, DoorNodeLayout>>;

/** Throws FrameError `payload` for a field out of range. */
export const encodeHostMessage = (message: DoorNodeHostMessage): Uint8Array => encode(HOST_LAYOUTS, message);
/** Throws FrameError `payload` for a field out of range. */
export const encodeBoardMessage = (message: DoorNodeBoardMessage): Uint8Array => encode(BOARD_LAYOUTS, message);

/**
 * One whole sysex, host to board. Throws FrameError: `unknown` for another id or no own message, `truncated` for a wrong length,
 * `checksum`, `payload` for a field out of range.
 */
export const decodeHostMessage = (frame: Uint8Array): DoorNodeHostMessage =>
  decode(HOST_LAYOUTS, frame) as unknown as DoorNodeHostMessage;
/** As {@link decodeHostMessage}, board to host. */
export const decodeBoardMessage = (frame: Uint8Array): DoorNodeBoardMessage =>
  decode(BOARD_LAYOUTS, frame) as unknown as DoorNodeBoardMessage;

/** A whole sysex with an id of Firmata's user range. */
export function isDoorNodeMessage(frame: Uint8Array): boolean {
  const id = frame[1] ?? 0;
  return frame[0] === START && frame.at(-1) === END && id >= 0x01 && id <= 0x0f;
}

function encode(layouts: Layouts, message: { readonly kind: string }): Uint8Array {
  const layout = layouts[message.kind];
  if (layout === undefined) throw new FrameError("unknown", `no message "${message.kind}"`);
  const values = message as unknown as Readonly<Record<string, number>>;
  const body = Object.entries(layout.fields).flatMap(([name, field]) => {
    const value = values[name] ?? Number.NaN;
    if (!(value <= FIELD_MAX[field]))
      throw new FrameError("payload", `${message.kind}.${name} ${value} is no ${field}`);
    return toSevenBit(value, FIELD_GROUPS[field]);
  });
  const checked = [layout.id, ...body];
  return Uint8Array.of(START, ...checked, ...toSevenBit(crc16Osdp(Uint8Array.from(checked)), CHECK_GROUPS), END);
}

function decode(layouts: Layouts, frame: Uint8Array): Readonly<Record<string, string | number>> {
  if (!isDoorNodeMessage(frame)) throw new FrameError("unknown", "not a message of the door node");
  const id = frame[1] as number;
  const checked = frame.subarray(1, Math.max(2, frame.length - 1 - CHECK_GROUPS));
  if (fromSevenBit(frame.subarray(1 + checked.length, -1)) !== crc16Osdp(checked))
    throw new FrameError("checksum", `message ${id.toString(16).padStart(2, "0")} with a wrong check`);
  const entry = Object.entries(layouts).find(([, layout]) => layout.id === id);
  if (entry === undefined) throw new FrameError("unknown", `no message ${id.toString(16).padStart(2, "0")}`);
  const [kind, layout] = entry;
  const fields = Object.entries(layout.fields);
  const wanted = fields.reduce((sum, [, field]) => sum + FIELD_GROUPS[field], 1);
  if (checked.length !== wanted)
    throw new FrameError("truncated", `${kind} has ${checked.length} bytes of id and body, not ${wanted}`);
  let at = 1;
  const values = fields.map(([name, field]) => {
    const value = fromSevenBit(checked.subarray(at, at + FIELD_GROUPS[field]));
    at += FIELD_GROUPS[field];
    if (value > FIELD_MAX[field]) throw new FrameError("payload", `${kind}.${name} ${value} is no ${field}`);
    return [name, value] as const;
  });
  return { kind, ...Object.fromEntries(values) };
}
