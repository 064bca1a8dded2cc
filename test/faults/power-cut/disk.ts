/** A disk that may lose power: takes the recorded calls in order, and at any point says what may be found afterwards. */
import { dirname, relative } from "node:path";
import type { Random } from "@gatehouse/protocol/testing";
import { type Cut, DiskFile } from "./disk-file.ts";
import type { IoRecord } from "./io-log.ts";

/** What a name stands for. */
type Entry = DiskFile | "folder";

/** A change of names that no flush of its folder has made durable yet. Names are paths below the root. */
type NameChange =
  | { readonly kind: "add"; readonly name: string; readonly entry: Entry }
  /** One change for both folders: a file system never shows half of it. */
  | { readonly kind: "rename"; readonly from: string; readonly to: string; readonly entry: Entry }
  | { readonly kind: "remove"; readonly name: string };

/** Folders and files that a cut leaves, by their paths below the root. */
export interface DiskImage {
  readonly folders: readonly string[];
  readonly files: ReadonlyMap<string, Buffer>;
}

export class Disk {
  readonly #root: string;
  /** By inode: a number may be given again once its file is gone. */
  readonly #files = new Map<bigint, DiskFile>();
  readonly #now = new Map<string, Entry>();
  readonly #durable = new Map<string, Entry>();
  #changes: NameChange[] = [];
  #ops = 0;
  #firstUnsyncedOp = 0;

  /** Everything recorded lies below `root`. */
  constructor(root: string) {
    this.#root = root;
  }

  apply(record: Exclude<IoRecord, { readonly kind: "mark" }>): void {
    this.#ops += 1;
    switch (record.kind) {
      case "create":
        this.#create(record.file, this.#name(record.path));
        break;
      case "write":
        this.#file(record.file).write(this.#ops, record.offset, record.data);
        break;
      case "truncate":
        this.#file(record.file).truncate(this.#ops, record.size);
        break;
      case "sync":
        this.#sync(this.#file(record.file), record.failed);
        break;
      case "sync-dir":
        if (!record.failed) this.#syncNames(this.#name(record.path));
        break;
      case "rename":
        this.#rename(this.#name(record.from), this.#name(record.to));
        break;
      case "unlink":
        this.#now.delete(this.#name(record.path));
        this.#changes.push({ kind: "remove", name: this.#name(record.path) });
        break;
      case "mkdir":
        this.#now.set(this.#name(record.path), "folder");
        this.#changes.push({ kind: "add", name: this.#name(record.path), entry: "folder" });
        break;
    }
  }

  /** One of the states a power cut now may leave. */
  image(random: Random): DiskImage {
    return this.#imageAfter(this.#cut(random), random);
  }

  /** What is there without a power cut. */
  whole(random: Random): DiskImage {
    return this.#imageAfter({ kind: "everything", tears: false }, random);
  }

  #imageAfter(cut: Cut, random: Random): DiskImage {
    const rubbish = random.chance(0.1);
    const names = new Map(this.#durable);
    for (const change of this.#changes) if (this.#keeps(cut, random)) applyChange(names, change);
    const contents = new Map<DiskFile, Buffer>();
    const folders: string[] = [];
    const files = new Map<string, Buffer>();
    // A folder comes before what is in it.
    for (const [name, entry] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const folder = dirname(name);
      if (folder !== "." && !folders.includes(folder)) continue;
      if (entry === "folder") {
        folders.push(name);
        continue;
      }
      const content = contents.get(entry) ?? entry.image(cut, random, rubbish);
      contents.set(entry, content);
      files.set(name, content);
    }
    return { folders, files };
  }

  #cut(random: Random): Cut {
    const kind = random.int(0, 9);
    const tears = random.chance(0.1);
    if (kind === 0) return { kind: "nothing", tears };
    if (kind === 1) return { kind: "everything", tears };
    if (kind <= 4)
      return { kind: "prefix", op: random.int(Math.min(this.#firstUnsyncedOp, this.#ops), this.#ops), tears };
    return { kind: "shuffle", share: random.pick([0.05, 0.5, 0.5, 0.95]), tears };
  }

  #keeps(cut: Cut, random: Random): boolean {
    if (cut.kind === "nothing") return false;
    if (cut.kind === "everything") return true;
    return random.chance(0.5);
  }

  #create(inode: bigint, name: string): void {
    const entry = new DiskFile();
    this.#files.set(inode, entry);
    this.#now.set(name, entry);
    this.#changes.push({ kind: "add", name, entry });
  }

  #sync(file: DiskFile, failed: boolean): void {
    if (failed) file.syncFailed();
    else file.sync();
    const unsynced = [...this.#now.values()].some((each) => each !== "folder" && each.unsynced);
    if (!unsynced) this.#firstUnsyncedOp = this.#ops;
  }

  #rename(from: string, to: string): void {
    const entry = this.#now.get(from);
    if (entry === undefined) throw new TypeError(`rename of ${from}, which is not there`);
    this.#now.delete(from);
    this.#now.set(to, entry);
    this.#changes.push({ kind: "rename", from, to, entry });
  }

  /** A rename is durable with the flush of either folder. */
  #syncNames(folder: string): void {
    const isHere = (change: NameChange) =>
      change.kind === "rename"
        ? parent(change.from) === folder || parent(change.to) === folder
        : parent(change.name) === folder;
    for (const change of this.#changes) if (isHere(change)) applyChange(this.#durable, change);
    this.#changes = this.#changes.filter((change) => !isHere(change));
  }

  /** Empty for the root itself. */
  #name(path: string): string {
    return relative(this.#root, path);
  }

  #file(inode: bigint): DiskFile {
    const file = this.#files.get(inode);
    if (file === undefined) throw new TypeError(`inode ${inode} was never created`);
    return file;
  }
}

function parent(name: string): string {
  const folder = dirname(name);
  return folder === "." ? "" : folder;
}

function applyChange(names: Map<string, Entry>, change: NameChange): void {
  switch (change.kind) {
    case "add":
      names.set(change.name, change.entry);
      break;
    case "rename":
      names.delete(change.from);
      names.set(change.to, change.entry);
      break;
    case "remove":
      names.delete(change.name);
      break;
  }
}
