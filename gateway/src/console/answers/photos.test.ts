import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, RejectedError } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MemoryLog } from "../../testing/log.ts";
import { cleanPicture } from "./clean-picture.ts";
import { Photos } from "./photos.ts";

const segment = (code: number, content: Buffer | string): Buffer => {
  const body = Buffer.from(content);
  const head = Buffer.alloc(4);
  head.writeUInt16BE(0xff00 | code, 0);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
};

/** Exif with an orientation and, behind it, something that tells where it was taken. */
const exif = (orientation: number): Buffer => {
  const tiff = Buffer.alloc(26);
  tiff.write("II*\0", 0, "latin1");
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(1, 8);
  tiff.writeUInt16LE(0x0112, 10);
  tiff.writeUInt16LE(3, 12);
  tiff.writeUInt32LE(1, 14);
  tiff.writeUInt16LE(orientation, 18);
  return segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), tiff, Buffer.from("GPS 31.23 121.47")]));
};

const SCAN = Buffer.concat([
  segment(0xda, "\x01\x01\x00\x00\x3f\x00"),
  Buffer.from([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]),
]);
const jpeg = (...more: Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...more,
    segment(0xdb, "quant"),
    segment(0xc0, "frame"),
    segment(0xc4, "huff"),
    SCAN,
    Buffer.from([0xff, 0xd9]),
  ]);

const chunk = (name: string, content: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, Buffer.from(name + content), Buffer.alloc(4)]);
};
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

describe("a picture", () => {
  it("loses place, time, camera, comments and what hangs behind its end, and keeps every byte of the image", () => {
    const dirty = Buffer.concat([
      jpeg(
        segment(0xe0, "JFIF"),
        exif(1),
        segment(0xed, "IPTC name"),
        segment(0xfe, "comment"),
        segment(0xee, "Adobe"),
      ),
      Buffer.from("PK trailing"),
    ]);
    expect(cleanPicture(dirty)).toEqual({ type: "image/jpeg", bytes: jpeg(segment(0xee, "Adobe")) });
  });

  it("keeps which side is up, and no more of its Exif", () => {
    const { bytes } = cleanPicture(jpeg(exif(6)));
    expect(bytes.includes("GPS")).toBe(false);
    expect(bytes.includes("Exif")).toBe(true);
    // Its own segment says the same when it is read again.
    expect(cleanPicture(bytes).bytes).toEqual(bytes);
    expect(cleanPicture(jpeg(exif(99))).bytes.includes("Exif")).toBe(false);
  });

  it("as a PNG keeps the chunks an image needs", () => {
    const image = [chunk("IHDR", "head"), chunk("IDAT", "data"), chunk("IEND", "")];
    const [head, ...rest] = image as [Buffer, ...Buffer[]];
    const dirty = Buffer.concat([
      PNG,
      head,
      chunk("tEXt", "Author me"),
      chunk("eXIf", "GPS"),
      ...rest,
      Buffer.from("more"),
    ]);
    expect(cleanPicture(dirty)).toEqual({ type: "image/png", bytes: Buffer.concat([PNG, ...image]) });
  });

  it("that is none, or is cut off anywhere, is refused and never read beyond its end", () => {
    for (const none of [Buffer.alloc(0), Buffer.from("<svg/>"), PNG, Buffer.from([0xff, 0xd8, 0xff, 0xd9])])
      expect(() => cleanPicture(none)).toThrow(ConfigError);
    const whole = jpeg(exif(6), segment(0xfe, "x"));
    for (let length = 0; length < whole.length - 1; length++)
      expect(() => cleanPicture(whole.subarray(0, length)), String(length)).toThrow(ConfigError);
    for (let at = 0; at < whole.length; at++)
      for (const value of [0x00, 0xff]) {
        const broken = Buffer.from(whole);
        broken[at] = value;
        try {
          cleanPicture(broken);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }
  });
});

describe("photos of visits", () => {
  const DAY = 86_400_000;
  let dir: string;
  let clock: FakeClock;
  let photos: Photos;
  let isForgotten = false;
  beforeEach(() => {
    isForgotten = false;
    dir = mkdtempSync(join(tmpdir(), "gatehouse-test-"));
    clock = new FakeClock();
    photos = new Photos({
      dir: join(dir, "photos"),
      clock,
      log: new MemoryLog(),
      keptDays: (alert) => (isForgotten ? undefined : alert === "alr_old" ? 30 : 365),
    });
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("are kept for their owner's eyes alone, with who and when", async () => {
    const photo = await photos.add("alr_1", jpeg(exif(1)), "王伟");
    expect(await photos.of("alr_1")).toEqual([photo]);
    expect(photo).toMatchObject({ by: "王伟", bytes: jpeg().length, at: new Date(clock.nowMs()).toISOString() });
    expect(await photos.read("alr_1", photo.id)).toEqual({ type: "image/jpeg", body: jpeg() });
    const [name = ""] = readdirSync(join(dir, "photos", "alr_1"));
    expect(statSync(join(dir, "photos", "alr_1", name)).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, "photos")).mode & 0o777).toBe(0o700);
  });

  it("lead nowhere else, whatever is asked for", async () => {
    await photos.add("alr_1", jpeg(), "wang");
    for (const [alert, photo] of [
      ["../alr_1", "x"],
      ["alr_1", "../../etc/passwd"],
      ["..", "."],
      ["alr_2", "x"],
    ] as const)
      expect(await photos.read(alert, photo)).toBeUndefined();
  });

  it("are bounded for each alert, also when they come at once", async () => {
    const tries = await Promise.allSettled(Array.from({ length: 25 }, () => photos.add("alr_1", jpeg(), "wang")));
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(20);
    expect(tries.flatMap((each) => (each.status === "rejected" ? [each.reason] : []))[0]).toBeInstanceOf(RejectedError);
  });

  it("are deleted when the days of their alert are over", async () => {
    await photos.add("alr_old", jpeg(), "wang");
    await photos.add("alr_red", jpeg(), "wang");
    expect(await photos.sweep(clock.nowMs() + 29 * DAY)).toBe(0);
    expect(await photos.sweep(clock.nowMs() + 31 * DAY)).toBe(1);
    expect(readdirSync(join(dir, "photos"))).toEqual(["alr_red"]);
  });

  it("are kept as long as was promised when they were taken, once their alert is forgotten", async () => {
    await photos.add("alr_old", jpeg(), "wang");
    await photos.add("alr_red", jpeg(), "wang");
    isForgotten = true;
    expect(await photos.sweep(clock.nowMs() + 91 * DAY)).toBe(1);
    expect(await photos.of("alr_red")).toHaveLength(1);
    expect(await photos.sweep(clock.nowMs() + 366 * DAY)).toBe(1);
  });
});
