/** Intel hex: the text a compiler's image for a microcontroller comes in, to the bytes of its memory. */
import { FrameError } from "./errors.ts";

/** A cell nothing was written to. */
const ERASED = 0xff;
/** Length, address and type before the data, checksum behind it. */
const OVERHEAD = 5;
const DATA = 0;
const END = 1;
const EXTENDED_SEGMENT = 2;
const START_SEGMENT = 3;
const EXTENDED_LINEAR = 4;
const START_LINEAR = 5;

/**
 * Memory of `sizeBytes` with the image in it. Throws FrameError with the line: `checksum`; `truncated` for a line or a file that
 * stops short; `unknown` for a record type there is not; `payload` for what is no hex, lies outside, or is said twice.
 */
export function readIntelHex(text: string, sizeBytes: number): Uint8Array {
  const image: Image = { memory: new Uint8Array(sizeBytes).fill(ERASED), written: new Uint8Array(sizeBytes) };
  let originBytes = 0;
  let ended = false;
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.trim();
    if (line === "") continue;
    const where = `line ${index + 1} of the hex file`;
    if (ended) throw new FrameError("payload", `${where} stands behind the end record`);
    const { type, address, data } = readRecord(line, where);
    if (type === DATA) place(image, originBytes + address, data, where);
    else if (type === END) ended = true;
    else if (type === EXTENDED_SEGMENT) originBytes = word(data, where) * 16;
    else if (type === EXTENDED_LINEAR) originBytes = word(data, where) * 0x1_0000;
    else if (type !== START_SEGMENT && type !== START_LINEAR)
      throw new FrameError("unknown", `${where} is a record of type ${type}, which there is not`);
  }
  if (!ended) throw new FrameError("truncated", "the hex file has no end record: it stops short, or is no hex file");
  return image.memory;
}

interface Image {
  readonly memory: Uint8Array;
  readonly written: Uint8Array;
}

function place({ memory, written }: Image, from: number, data: Uint8Array, where: string): void {
  const until = from + data.length;
  if (until > memory.length)
    throw new FrameError("payload", `${where} reaches byte ${until}, the memory has ${memory.length}`);
  if (written.subarray(from, until).includes(1))
    throw new FrameError("payload", `${where} writes byte ${from} or the next ones a second time`);
  memory.set(data, from);
  written.fill(1, from, until);
}

interface HexRecord {
  readonly type: number;
  readonly address: number;
  readonly data: Uint8Array;
}

function readRecord(line: string, where: string): HexRecord {
  if (!/^:(?:[0-9a-f]{2})+$/i.test(line))
    throw new FrameError("payload", `${where} is not ":" and pairs of hex digits`);
  const bytes = Uint8Array.from(line.slice(1).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const [length = 0, high = 0, low = 0, type = 0] = bytes;
  if (bytes.length !== length + OVERHEAD)
    throw new FrameError("truncated", `${where} has ${bytes.length} bytes, by its length ${length + OVERHEAD}`);
  const sum = bytes.reduce((total, byte) => (total + byte) & 0xff, 0);
  if (sum !== 0) throw new FrameError("checksum", `${where} adds up to ${sum}, not to 0`);
  return { type, address: high * 0x100 + low, data: bytes.subarray(4, -1) };
}

function word(data: Uint8Array, where: string): number {
  const [high, low] = data;
  if (data.length !== 2 || high === undefined || low === undefined)
    throw new FrameError("payload", `${where} moves the origin by ${data.length} bytes, not 2`);
  return high * 0x100 + low;
}
