/**
 * Pictures without what they tell beside what is seen: place, time, camera, thumbnails, comments, whatever hangs behind their end.
 * JPEG: ITU-T T.81 annex B (segments); orientation: Exif 2.32, tag 0x0112. PNG: ISO/IEC 15948, clause 5.
 */
import { ConfigError } from "@gatehouse/protocol";

export interface Picture {
  readonly type: "image/jpeg" | "image/png";
  readonly bytes: Buffer;
}

/** Throws ConfigError for what is neither, or is damaged. */
export function cleanPicture(bytes: Buffer): Picture {
  if (bytes.length >= 4 && bytes.readUInt16BE(0) === 0xffd8) return { type: "image/jpeg", bytes: cleanJpeg(bytes) };
  if (bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return { type: "image/png", bytes: cleanPng(bytes) };
  throw unfit("it is neither a JPEG nor a PNG");
}

const unfit = (reason: string): ConfigError =>
  new ConfigError({ path: "body", reason: `the picture cannot be taken: ${reason}`, fix: "send a JPEG or PNG file" });

const [SOI, EOI, SOS, APP0, APP1, APP14, APP15, COM] = [0xd8, 0xd9, 0xda, 0xe0, 0xe1, 0xee, 0xef, 0xfe] as const;

function cleanJpeg(bytes: Buffer): Buffer {
  const kept: Buffer[] = [Buffer.from([0xff, SOI])];
  let orientation = 1;
  let seen = false;
  for (let at = 2; ; ) {
    const marker = markerAt(bytes, at);
    if (marker.code === EOI) {
      if (!seen) throw unfit("it holds no image");
      break;
    }
    const { from, to } = segmentAt(bytes, marker.behind);
    const segment = bytes.subarray(marker.behind - 2, to);
    if (marker.code === APP1) orientation = orientationIn(bytes.subarray(from, to)) ?? orientation;
    if (isKept(marker.code)) kept.push(segment);
    at = to;
    if (marker.code !== SOS) continue;
    seen = true;
    const end = scanEnd(bytes, to);
    kept.push(bytes.subarray(to, end));
    at = end;
  }
  if (orientation !== 1) kept.splice(1, 0, orientationSegment(orientation));
  return Buffer.concat([...kept, Buffer.from([0xff, EOI])]);
}

/** Adobe's APP14 says how the colours are meant; every other application segment is about something else than the image. */
const isKept = (code: number): boolean => code !== COM && (code < APP0 || code > APP15 || code === APP14);

function markerAt(bytes: Buffer, at: number): { readonly code: number; readonly behind: number } {
  if (bytes[at] !== 0xff) throw unfit("a segment does not begin where it should");
  let code = at + 1;
  // Any number of fill bytes may stand before a marker.
  while (bytes[code] === 0xff) code += 1;
  const found = bytes[code];
  if (found === undefined || found === 0) throw unfit("it ends too early");
  return { code: found, behind: code + 1 };
}

function segmentAt(bytes: Buffer, at: number): { readonly from: number; readonly to: number } {
  if (at + 2 > bytes.length) throw unfit("it ends too early");
  const to = at + bytes.readUInt16BE(at);
  if (to < at + 2 || to > bytes.length) throw unfit("a segment is longer than the file");
  return { from: at + 2, to };
}

/** Where the marker behind the coded data of a scan begins. */
function scanEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1] as number;
    const isData = code === 0 || (code >= 0xd0 && code <= 0xd7) || code === 0xff;
    if (!isData) return at;
  }
  throw unfit("it ends too early");
}

/** 1 to 8, of an Exif segment; undefined where it does not say. */
function orientationIn(segment: Buffer): number | undefined {
  if (segment.length < 14 || segment.toString("latin1", 0, 6) !== "Exif\0\0") return undefined;
  const tiff = segment.subarray(6);
  const little = tiff.toString("latin1", 0, 2) === "II";
  const word = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const start = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (start + 2 > tiff.length) return undefined;
  const count = Math.min(word(start), 64);
  for (let entry = start + 2, n = 0; n < count && entry + 12 <= tiff.length; n++, entry += 12) {
    if (word(entry) !== ORIENTATION) continue;
    const value = word(entry + 8);
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}

const ORIENTATION = 0x0112;

/** An Exif segment that says which side is up, and no more. */
function orientationSegment(orientation: number): Buffer {
  const segment = Buffer.alloc(36);
  segment.writeUInt16BE(0xff00 | APP1, 0);
  segment.writeUInt16BE(34, 2);
  segment.write("Exif\0\0MM\0*", 4, "latin1");
  segment.writeUInt32BE(8, 14);
  segment.writeUInt16BE(1, 18);
  segment.writeUInt16BE(ORIENTATION, 20);
  segment.writeUInt16BE(3, 22);
  segment.writeUInt32BE(1, 24);
  segment.writeUInt16BE(orientation, 28);
  return segment;
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** What an image needs to be shown. */
const PNG_CHUNKS: readonly string[] = ["IHDR", "PLTE", "tRNS", "gAMA", "cHRM", "sRGB", "IDAT", "IEND"];

function cleanPng(bytes: Buffer): Buffer {
  const kept: Buffer[] = [PNG_SIGNATURE];
  let seen = false;
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length) throw unfit("it ends too early");
    const length = bytes.readUInt32BE(at);
    const end = at + 12 + length;
    if (length > bytes.length || end > bytes.length) throw unfit("a chunk is longer than the file");
    const name = bytes.toString("latin1", at + 4, at + 8);
    if (at === 8 && name !== "IHDR") throw unfit("it does not begin with its header");
    if (PNG_CHUNKS.includes(name)) kept.push(bytes.subarray(at, end));
    if (name === "IDAT") seen = true;
    if (name === "IEND") break;
    at = end;
  }
  if (!seen) throw unfit("it holds no image");
  return Buffer.concat(kept);
}
