/** One file on a disk that may lose power: what is durable, and which states every unsynced 512-byte sector may be found in. */
import type { Random } from "@gatehouse/protocol/testing";

export const SECTOR_BYTES = 512;

/** A state of one sector that a power cut may leave behind. */
interface Version {
  /** Number of the write that made it, over all files. */
  readonly op: number;
  readonly bytes: Buffer;
  /** Zeros of a file made shorter: found only where its size is that of then or later. */
  readonly shortens: boolean;
  /** A flush failed after it: the system takes it for written, no later flush will write it. */
  forgotten: boolean;
}

interface Size {
  /** Number of the call that made it. */
  readonly op: number;
  readonly size: number;
}

/** What a cut leaves of everything unsynced. With `tears` some sectors are new only in their first bytes. */
export type Cut = { readonly tears: boolean } & (
  | { readonly kind: "nothing" }
  | { readonly kind: "everything" }
  /** All writes up to one, and of the next only some sectors. */
  | { readonly kind: "prefix"; readonly op: number }
  /** Every sector by itself keeps any of its states; `share` is how likely it keeps a new one. */
  | { readonly kind: "shuffle"; readonly share: number }
);

/** How likely a sector is torn in an image that has such. */
const TEAR_SHARE = 0.2;

export class DiskFile {
  #now = Buffer.alloc(0);
  #nowSize = 0;
  #durable = Buffer.alloc(0);
  /** Sizes since the last sync, oldest first; the first is the durable one. */
  #sizes: [Size, ...Size[]] = [{ op: -1, size: 0 }];
  readonly #pending = new Map<number, Version[]>();

  write(op: number, offset: number, data: Buffer): void {
    const end = offset + data.length;
    this.#reserve(end);
    data.copy(this.#now, offset);
    if (end > this.#nowSize) this.#resize(op, end);
    for (let sector = Math.floor(offset / SECTOR_BYTES); sector * SECTOR_BYTES < end; sector++)
      this.#touch(op, sector, false);
  }

  truncate(op: number, size: number): void {
    this.#reserve(size);
    const was = this.#nowSize;
    this.#now.fill(0, size);
    this.#resize(op, size);
    for (let sector = Math.floor(size / SECTOR_BYTES); sector * SECTOR_BYTES < was; sector++)
      this.#touch(op, sector, true);
  }

  sync(): void {
    for (const [sector, versions] of this.#pending) {
      const last = versions.at(-1);
      if (last === undefined || last.forgotten) continue;
      this.#durable = grown(this.#durable, (sector + 1) * SECTOR_BYTES);
      last.bytes.copy(this.#durable, sector * SECTOR_BYTES);
      this.#pending.delete(sector);
    }
    this.#sizes = [this.#sizes.at(-1) ?? this.#sizes[0]];
  }

  /** A flush that fails: what was unsynced stays so for ever, unless it is written again. */
  syncFailed(): void {
    for (const versions of this.#pending.values()) for (const version of versions) version.forgotten = true;
  }

  get unsynced(): boolean {
    return this.#pending.size > 0 || this.#sizes.length > 1;
  }

  /** What a power cut may leave. Room that was claimed but never written holds zeros or old rubbish. */
  image(cut: Cut, random: Random, rubbish: boolean): Buffer {
    const { op, size } = this.#sizeAfter(cut, random);
    const bytes = Buffer.alloc(size);
    const known = Math.min(size, this.#sizes[0].size, this.#durable.length);
    this.#durable.copy(bytes, 0, 0, known);
    if (rubbish) for (let at = known; at < size; at++) bytes[at] = random.uint32();
    for (const [sector, versions] of this.#pending) {
      if (sector * SECTOR_BYTES >= size) continue;
      const there = versions.filter((version) => !version.shortens || version.op <= op);
      const found = pick(there, cut, random)?.bytes;
      const length = cut.tears && random.chance(TEAR_SHARE) ? random.int(1, SECTOR_BYTES - 1) : SECTOR_BYTES;
      found?.copy(bytes, sector * SECTOR_BYTES, 0, length);
    }
    return bytes;
  }

  #sizeAfter(cut: Cut, random: Random): Size {
    const [first, ...later] = this.#sizes;
    if (cut.kind === "everything") return later.at(-1) ?? first;
    if (cut.kind === "shuffle") return random.pick(this.#sizes);
    return (cut.kind === "prefix" ? later.findLast((each) => each.op <= cut.op) : undefined) ?? first;
  }

  #touch(op: number, sector: number, shortens: boolean): void {
    const from = sector * SECTOR_BYTES;
    this.#reserve(from + SECTOR_BYTES);
    const bytes = Buffer.from(this.#now.subarray(from, from + SECTOR_BYTES));
    const versions = this.#pending.get(sector);
    const version = { op, bytes, shortens, forgotten: false };
    if (versions === undefined) this.#pending.set(sector, [version]);
    else versions.push(version);
  }

  #resize(op: number, size: number): void {
    this.#nowSize = size;
    this.#sizes.push({ op, size });
  }

  #reserve(size: number): void {
    this.#now = grown(this.#now, size);
  }
}

function grown(bytes: Buffer, size: number): Buffer<ArrayBuffer> {
  if (bytes.length >= size) return bytes as Buffer<ArrayBuffer>;
  const more = Buffer.alloc(Math.max(size, bytes.length * 2, 65_536));
  bytes.copy(more);
  return more;
}

/** Undefined where the sector stays as it was. */
function pick(versions: readonly Version[], cut: Cut, random: Random): Version | undefined {
  switch (cut.kind) {
    case "nothing":
      return undefined;
    case "everything":
      return versions.at(-1);
    case "shuffle":
      return versions.length > 0 && random.chance(cut.share) ? random.pick(versions) : undefined;
    case "prefix": {
      const torn = versions.find((version) => version.op === cut.op + 1);
      return torn !== undefined && random.chance(0.5) ? torn : versions.findLast((version) => version.op <= cut.op);
    }
  }
}
