/** Sparkplug B payloads by hand, field by field, so that the simulated edge node shares no codec with the gateway. */

export type SimType = "Boolean" | "String" | "Int32" | "Int64" | "Double";

export interface SimMetric {
  readonly name?: string;
  readonly alias?: number;
  readonly timestamp?: number;
  /** Left out of the bytes by {@link writePayload} where the message is no birth. */
  readonly type: SimType;
  readonly value: boolean | string | number | null;
  readonly historical?: boolean;
  readonly unit?: string;
  readonly quality?: number;
}

/** Number of the type, and of the field its values stand in. */
const TYPES: Readonly<Record<SimType, { readonly code: number; readonly field: number }>> = {
  Boolean: { code: 11, field: 14 },
  String: { code: 12, field: 15 },
  Int32: { code: 3, field: 10 },
  Int64: { code: 4, field: 11 },
  Double: { code: 10, field: 13 },
};

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

const number = (field: number, value: number | bigint) => [...varint(field << 3), ...varint(value)];
const blob = (field: number, bytes: Iterable<number>) => {
  const all = [...bytes];
  return [...varint((field << 3) | 2), ...varint(all.length), ...all];
};
const text = (field: number, value: string) => blob(field, Buffer.from(value));

function valueBytes(type: SimType, value: SimMetric["value"]): number[] {
  const { field } = TYPES[type];
  if (value === null) return number(7, 1);
  if (type === "Double") {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(Number(value));
    return [...varint((field << 3) | 1), ...bytes];
  }
  if (type === "String") return text(field, String(value));
  if (type === "Int32") return number(field, Number(value) >>> 0);
  return number(field, typeof value === "boolean" ? Number(value) : BigInt(value));
}

/** One `engUnit` and one `Quality`, as two lists. */
function properties({ unit, quality }: SimMetric): number[] {
  const keys = [
    ...(unit === undefined ? [] : text(1, "engUnit")),
    ...(quality === undefined ? [] : text(1, "Quality")),
  ];
  const ofUnit = unit === undefined ? [] : blob(2, [...number(1, 12), ...text(8, unit)]);
  const ofQuality = quality === undefined ? [] : blob(2, [...number(1, 3), ...number(3, quality)]);
  return keys.length === 0 ? [] : blob(9, [...keys, ...ofUnit, ...ofQuality]);
}

function metricBytes(metric: SimMetric, birth: boolean): number[] {
  const { name, alias, timestamp, type, value, historical } = metric;
  return [
    ...(name === undefined ? [] : text(1, name)),
    ...(alias === undefined ? [] : number(2, alias)),
    ...(timestamp === undefined ? [] : number(3, timestamp)),
    ...(birth ? number(4, TYPES[type].code) : []),
    ...(historical ? number(5, 1) : []),
    ...properties(metric),
    ...valueBytes(type, value),
  ];
}

export interface SimPayload {
  readonly timestamp: number;
  readonly seq?: number;
  readonly metrics: readonly SimMetric[];
  readonly birth: boolean;
}

export function writePayload({ timestamp, seq, metrics, birth }: SimPayload): Buffer {
  return Buffer.from([
    ...number(1, timestamp),
    ...metrics.flatMap((metric) => blob(2, metricBytes(metric, birth))),
    ...(seq === undefined ? [] : number(3, seq)),
  ]);
}

/** A field of a message: its number, and a number or the bytes that stand there. */
interface Field {
  readonly field: number;
  readonly value: bigint | Buffer;
}

/** Stops at what it cannot read. */
function* fields(bytes: Buffer): Generator<Field> {
  let at = 0;
  const next = () => {
    let value = 0n;
    for (let shift = 0n; at < bytes.length; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const tag = Number(next());
    const kind = tag & 7;
    if (kind === 0) yield { field: tag >> 3, value: next() };
    else {
      const length = kind === 2 ? Number(next()) : kind === 1 ? 8 : 4;
      yield { field: tag >> 3, value: bytes.subarray(at, at + length) };
      at += length;
    }
  }
}

/** What a host wrote: of the first metric its name or alias, and its value. */
export interface SimWrite {
  readonly name?: string;
  readonly alias?: number;
  readonly value: boolean | string | number;
}

export function readWrites(payload: Buffer): readonly SimWrite[] {
  return [...fields(payload)].flatMap(({ field, value }) => {
    if (field !== 2 || typeof value === "bigint") return [];
    const parts = new Map([...fields(value)].map((part) => [part.field, part.value]));
    const name = parts.get(1);
    const alias = parts.get(2);
    const said = [14, 15, 10, 11, 13].find((one) => parts.has(one));
    const raw = said === undefined ? undefined : parts.get(said);
    if (raw === undefined) return [];
    const plain =
      said === 14
        ? raw === 1n
        : typeof raw === "bigint"
          ? Number(raw)
          : said === 13
            ? raw.readDoubleLE()
            : raw.toString();
    return [
      {
        ...(name instanceof Buffer ? { name: name.toString() } : {}),
        ...(typeof alias === "bigint" ? { alias: Number(alias) } : {}),
        value: plain,
      },
    ];
  });
}
