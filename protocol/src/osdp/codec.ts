/** How commands and replies are told in tables: one row a code, with its payload both ways. */
import { ByteReader, ByteWriter } from "../bytes.ts";
import { FrameError } from "../errors.ts";

/** One code and the fields of its payload. `write` writes what `read` reads. */
export interface Row<Fields> {
  readonly code: number;
  /** As the standard writes it, without `osdp_`. */
  readonly name: string;
  read(reader: ByteReader): Fields;
  write(writer: ByteWriter, value: Fields): void;
}

/** The fields of the member of a union that has this kind, alone or among others. */
type FieldsOf<U, K> = U extends { readonly kind: infer Kinds } ? (K extends Kinds ? Omit<U, "kind"> : never) : never;

/** A row for every kind of a union. */
export type Rows<U extends { readonly kind: string }> = { readonly [K in U["kind"]]: Row<FieldsOf<U, K>> };

export interface Codec<U extends { readonly kind: string }> {
  /** Throws FrameError: `unknown` for another code, `truncated` for too few bytes, `payload` for too many or impossible ones. */
  decode(code: number, payload: Uint8Array): U;
  /** Throws FrameError `payload` for what does not fit. */
  encode(value: U): { readonly code: number; readonly payload: Uint8Array };
  /** `POLL`, `RAW`; undefined for a code that is none. */
  name(code: number): string | undefined;
  codeOf(kind: U["kind"]): number;
}

export function codecOf<U extends { readonly kind: string }>(rows: Rows<U>): Codec<U> {
  const kinds = Object.keys(rows) as U["kind"][];
  const byCode = new Map(kinds.map((kind) => [rows[kind].code, kind]));
  return {
    decode(code, payload) {
      const kind = byCode.get(code);
      if (kind === undefined) throw new FrameError("unknown", `no code ${code.toString(16)}`);
      const reader = new ByteReader(payload);
      const value = rows[kind].read(reader) as object;
      if (reader.left > 0) throw new FrameError("payload", `${rows[kind].name} has ${reader.left} bytes too many`);
      return { kind, ...value } as U;
    },
    encode(value) {
      const row = rows[value.kind as U["kind"]] as Row<unknown>;
      const writer = new ByteWriter();
      row.write(writer, value);
      return { code: row.code, payload: writer.done() };
    },
    name: (code) => {
      const kind = byCode.get(code);
      return kind === undefined ? undefined : rows[kind].name;
    },
    codeOf: (kind) => rows[kind].code,
  };
}

/** A row without payload. */
export function bare(code: number, name: string): Row<object> {
  return { code, name, read: () => ({}), write: () => undefined };
}

/** Items of one size until the payload ends. */
export function many<T>(reader: ByteReader, item: (reader: ByteReader) => T): T[] {
  const items: T[] = [];
  while (reader.left > 0) items.push(item(reader));
  return items;
}

/** A list that must not be empty. */
export function some<T>(reader: ByteReader, item: (reader: ByteReader) => T): T[] {
  const items = many(reader, item);
  if (items.length === 0) throw new FrameError("truncated", "at least one record is wanted");
  return items;
}

/** The bytes, if they are so many. */
export function exactly(bytes: Uint8Array, size: number, what: string): Uint8Array {
  if (bytes.length !== size) throw new FrameError("payload", `${what} has ${size} bytes, not ${bytes.length}`);
  return bytes;
}

/** A number that the field holds. */
export function within(value: number, max: number, what: string): number {
  if (!Number.isInteger(value) || value < 0 || value > max)
    throw new FrameError("payload", `${what} is 0 to ${max}, not ${value}`);
  return value;
}
