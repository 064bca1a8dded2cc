/** Fields of a 64-byte UHPPOTE packet: where they stand and how their bytes read. Nothing here throws: a packet's length was checked. */

/** Local time as a board tells it: no zone. */
export interface BoardTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export interface Field<T> {
  readonly at: number;
  read(bytes: Uint8Array, at: number): T;
  write(bytes: Uint8Array, at: number, value: T): void;
}

/** Any field, where its type does not matter. */
export interface AnyField {
  readonly at: number;
  read(bytes: Uint8Array, at: number): unknown;
  write(bytes: Uint8Array, at: number, value: never): void;
}

export type Values<Fields> = { readonly [K in keyof Fields]: Fields[K] extends Field<infer T> ? T : never };

const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const u8 = (at: number): Field<number> => ({
  at,
  read: byteAt,
  write: (bytes, offset, value) => bytes.set([value], offset),
});

export const u16 = (at: number): Field<number> => ({
  at,
  read: (bytes, offset) => viewOf(bytes).getUint16(offset, true),
  write: (bytes, offset, value) => viewOf(bytes).setUint16(offset, value, true),
});

export const u32 = (at: number): Field<number> => ({
  at,
  read: (bytes, offset) => viewOf(bytes).getUint32(offset, true),
  write: (bytes, offset, value) => viewOf(bytes).setUint32(offset, value, true),
});

export const flag = (at: number): Field<boolean> => ({
  at,
  read: (bytes, offset) => byteAt(bytes, offset) === 1,
  write: (bytes, offset, value) => bytes.set([value ? 1 : 0], offset),
});

/** One flag a door, doors 1 to 4. */
export const perDoor = (at: number): Field<readonly boolean[]> => ({
  at,
  read: (bytes, offset) => [0, 1, 2, 3].map((door) => byteAt(bytes, offset + door) === 1),
  write: (bytes, offset, values) => bytes.set(values.slice(0, 4).map(Number), offset),
});

/** `192.168.1.100`. */
export const ipv4 = (at: number): Field<string> => ({
  at,
  read: (bytes, offset) => Array.from(bytes.subarray(offset, offset + 4)).join("."),
  write: (bytes, offset, value) => bytes.set(value.split(".").slice(0, 4).map(Number), offset),
});

/** `00:12:23:34:45:56`. */
export const mac = (at: number): Field<string> => ({
  at,
  read: (bytes, offset) => Array.from(bytes.subarray(offset, offset + 6), twoHex).join(":"),
  write: (bytes, offset, value) => {
    const parts = value.split(":").map((part) => Number.parseInt(part, 16));
    bytes.set(parts.slice(0, 6), offset);
  },
});

/** Firmware: `8.92` for 08 92. */
export const version = (at: number): Field<string> => ({
  at,
  read: (bytes, offset) => `${byteAt(bytes, offset).toString(16)}.${twoHex(byteAt(bytes, offset + 1))}`,
  write: (bytes, offset, value) => {
    const [major = "0", minor = "0"] = value.split(".");
    bytes.set([Number.parseInt(major, 16), Number.parseInt(minor, 16)], offset);
  },
});

/** `2018-11-05`; empty for a date that is none. */
export const date = (at: number): Field<string> => ({
  at,
  read: (bytes, offset) => {
    const time = timeOf([...bytes.subarray(offset, offset + 4), 0, 0, 0]);
    return time === undefined ? "" : `${time.year}-${two(time.month)}-${two(time.day)}`;
  },
  write: (bytes, offset, value) => {
    const [year = 0, month = 0, day = 0] = value === "" ? [] : value.split("-").map(Number);
    bytes.set([bcd(Math.floor(year / 100)), bcd(year % 100), bcd(month), bcd(day)], offset);
  },
});

/** Seven BCD bytes yyyymmddhhmmss; undefined for zeros and for what is no time at all: an event is not lost for its clock. */
export const dateTime = (at: number): Field<BoardTime | undefined> => ({
  at,
  read: (bytes, offset) => timeOf([...bytes.subarray(offset, offset + 7)]),
  write: (bytes, offset, value) => bytes.set(bytesOf(value), offset),
});

/** The clock in a status: hhmmss here, yymmdd fourteen bytes on. */
export const splitClock = (at: number): Field<BoardTime | undefined> => ({
  at,
  read: (bytes, offset) =>
    timeOf([0x20, ...bytes.subarray(offset + 14, offset + 17), ...bytes.subarray(offset, offset + 3)]),
  write: (bytes, offset, value) => {
    const all = bytesOf(value);
    bytes.set(all.slice(4), offset);
    bytes.set(all.slice(1, 4), offset + 14);
  },
});

function bytesOf(time: BoardTime | undefined): number[] {
  if (time === undefined) return [0, 0, 0, 0, 0, 0, 0];
  const { year, month, day, hour, minute, second } = time;
  return [Math.floor(year / 100), year % 100, month, day, hour, minute, second].map(bcd);
}

function timeOf(bytes: readonly number[]): BoardTime | undefined {
  const [century = -1, years = -1, month = -1, day = -1, hour = -1, minute = -1, second = -1] = bytes.map(fromBcd);
  if (Math.min(century, years, month, day, hour, minute, second) < 0) return undefined;
  const year = century * 100 + years;
  const date = new Date(Date.UTC(year, month - 1, day));
  // 31 February would roll over into March.
  const isDate = year >= 1000 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isDate && hour < 24 && minute < 60 && second < 60 ? { year, month, day, hour, minute, second } : undefined;
}

const bcd = (value: number): number => (Math.floor(value / 10) << 4) | (value % 10);

/** -1 for nibbles above 9. */
function fromBcd(byte: number): number {
  const [high, low] = [byte >> 4, byte & 0xf];
  return high > 9 || low > 9 ? -1 : high * 10 + low;
}

const twoHex = (byte: number): string => byte.toString(16).padStart(2, "0");
const two = (value: number): string => String(value).padStart(2, "0");
