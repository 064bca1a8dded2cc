/** A disk that may lose power: takes the recorded calls in order, and at any point says what may be found afterwards. */
import { basename } from "node:path";
import type { Random } from "@gatehouse/protocol/testing";
import { type Cut, DiskFile } from "./disk-file.ts";
import type { IoRecord } from "./io-log.ts";

/** A change of names that no flush of the folder has made durable yet. */
type NameChange =
  | { readonly kind: "create"; readonly name: string; readonly file: DiskFile }
  | { readonly kind: "rename"; readonly from: string; readonly to: string; readonly file: DiskFile }
  | { readonly kind: "unlink"; readonly name: string };

export class Disk {
  /** By inode: a number may be given again once its file is gone. */
  readonly #files = new Map<bigint, DiskFile>();
  readonly #now = new Map<string, DiskFile>();
  readonly #durable = new Map<string, DiskFile>();
  #changes: NameChange[] = [];
  #ops = 0;
  #firstUnsyncedOp = 0;

  apply(record: IoRecord): void {
    this.#ops += 1;
    switch (record.kind) {
      case "create":
        return this.#create(record.file, basename(record.path));
      case "write":
        return this.#file(record.file).write(this.#ops, record.offset, record.data);
      case "truncate":
        return this.#file(record.file).truncate(this.#ops, record.size);
      case "sync":
        return this.#sync(this.#file(record.file), record.failed);
      case "sync-dir":
        return record.failed ? undefined : this.#syncNames();
      case "rename":
        return this.#rename(basename(record.from), basename(record.to));
      case "unlink":
        this.#now.delete(basename(record.path));
        this.#changes.push({ kind: "unlink", name: basename(record.path) });
        return;
      case "mark":
        return;
    }
  }

  /** One of the states a power cut now may leave: file contents by name. */
  image(random: Random): Map<string, Buffer> {
    const cut = this.#cut(random);
    const rubbish = random.chance(0.1);
    const names = new Map(this.#durable);
    for (const change of this.#changes) if (this.#keeps(cut, random)) applyChange(names, change);
    const images = new Map<DiskFile, Buffer>();
    for (const file of names.values()) if (!images.has(file)) images.set(file, file.image(cut, random, rubbish));
    return new Map([...names].map(([name, file]) => [name, images.get(file) ?? Buffer.alloc(0)]));
  }

  #cut(random: Random): Cut {
    const kind = random.int(0, 9);
    if (kind === 0) return { kind: "nothing" };
    if (kind === 1) return { kind: "everything" };
    if (kind <= 4) return { kind: "prefix", op: random.int(Math.min(this.#firstUnsyncedOp, this.#ops), this.#ops) };
    return { kind: "shuffle", share: random.pick([0.05, 0.5, 0.5, 0.95]) };
  }

  #keeps(cut: Cut, random: Random): boolean {
    if (cut.kind === "nothing") return false;
    if (cut.kind === "everything") return true;
    return random.chance(0.5);
  }

  #create(inode: bigint, name: string): void {
    const file = new DiskFile();
    this.#files.set(inode, file);
    this.#now.set(name, file);
    this.#changes.push({ kind: "create", name, file });
  }

  #sync(file: DiskFile, failed: boolean): void {
    if (failed) file.syncFailed();
    else file.sync();
    if (![...this.#now.values()].some((each) => each.unsynced)) this.#firstUnsyncedOp = this.#ops;
  }

  #rename(from: string, to: string): void {
    const file = this.#now.get(from);
    if (file === undefined) throw new TypeError(`rename of ${from}, which is not there`);
    this.#now.delete(from);
    this.#now.set(to, file);
    this.#changes.push({ kind: "rename", from, to, file });
  }

  #syncNames(): void {
    for (const change of this.#changes) applyChange(this.#durable, change);
    this.#changes = [];
  }

  #file(inode: bigint): DiskFile {
    const file = this.#files.get(inode);
    if (file === undefined) throw new TypeError(`inode ${inode} was never created`);
    return file;
  }
}

function applyChange(names: Map<string, DiskFile>, change: NameChange): void {
  switch (change.kind) {
    case "create":
      names.set(change.name, change.file);
      return;
    case "rename":
      names.delete(change.from);
      names.set(change.to, change.file);
      return;
    case "unlink":
      names.delete(change.name);
      return;
  }
}
