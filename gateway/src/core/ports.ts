/** What touches the world, as the core sees it: interfaces, nothing else. */
import type {
  Clock,
  Command,
  CommandAction,
  CommandResult,
  Device,
  DeviceCommand,
  Lane,
  SecretRef,
} from "@gatehouse/protocol";
import type { ZodType } from "zod";
import type { AlertPage, AlertsWanted } from "./alert-page.ts";
import type { FoundDevices } from "./found-devices.ts";
import type { HealthCode } from "./health-codes.ts";
import type { TellFigures } from "./line-figures.ts";
import type { LineProtocol, LineTap } from "./line-ports.ts";

/** Structured logging: fields first, then a constant lower-case sentence. pino satisfies it. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(bindings: object): Logger;
}

/** Conditions an operator can act on. A code is raised until it is cleared; `subject` is the device, driver, uplink or file it is about. */
export interface Health {
  raise(code: HealthCode, subject: string, detail: string): void;
  clear(code: HealthCode, subject: string): void;
}

/**
 * Anything the supervisor keeps alive. Single use: one run() per instance; a lost link is never reopened, a new one is made.
 * run() ends when the signal aborts (resolves), or throws: LinkError to be made anew after a back-off, anything else is a bug
 * and is made anew too, with a health code of its own.
 */
export interface Runnable {
  readonly id: string;
  run(signal: AbortSignal): Promise<void>;
}

/** One item of a batch that was not taken, by its index, with a reason for the device's maker. */
export interface Rejection {
  readonly index: number;
  readonly reason: string;
}

/** In place of a wire item whose bytes could not be read at all, so that this too is recorded durably as a rejection. */
export class Unreadable {
  readonly device: string;
  readonly reason: string;

  constructor(device: string, reason: string) {
    this.device = device;
    this.reason = reason;
  }
}

/** A wire item whose `credential` the driver has turned into a pseudonym already (DriverDeps.pseudonym), so that the number never leaves it. */
export class Pseudonymized {
  readonly item: unknown;

  constructor(item: unknown) {
    this.item = item;
  }
}

/** A driver's small durable memory: keys of devices, what they were found to be. Survives power cuts, readable by its owner alone. */
export interface Vault {
  /** Undefined when nothing was ever written under that name. Names match the ids of the site file. */
  read(name: string): Promise<Buffer | undefined>;
  /** Resolves when it is on disk; replaces whole. */
  write(name: string, content: Uint8Array): Promise<void>;
}

/**
 * Takes wire items of the driver's own devices (objects that should be a RawReading with `device` filled in, {@link Unreadable} or {@link Pseudonymized}). Resolves once every good item is
 * committed and every bad one durably recorded as rejected; the rejections come back. Await it before acknowledging the device.
 * Rejects only when the gateway stops: then do not acknowledge.
 */
export type Accept = (items: readonly unknown[]) => Promise<readonly Rejection[]>;

export interface Driver extends Runnable {
  /**
   * Resolves with the device's own answer; never starts behind `notAfter`, and gives up when the signal aborts. Throws RejectedError when the
   * device cannot do it, LinkError `refused` when nothing was sent (it cannot be reached now), `timeout` or `closed` when the device may have heard it.
   */
  command(device: string, command: DeviceCommand, signal: AbortSignal, way?: CommandWay): Promise<CommandResult>;
}

/**
 * `release` opens a way out in a fire: it goes ahead of everything else, waits for no disk, is tried on a device that seems to be away, and
 * without `seconds` the door is held open, where the device can, until a `lock`. It may be given again and again.
 */
export type CommandWay = "usual" | "release";

export interface DriverDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly accept: Accept;
  readonly health: Health;
  /** The devices of the site file that name this driver. */
  readonly devices: readonly Device[];
  readonly broker: LocalBroker;
  /** For devices it sees that the site file does not have, so that a person can bind them. */
  readonly found: FoundDevices;
  /** The site's IANA zone, for devices that tell local time. */
  readonly timezone: string;
  /** What a secret reference stands for; read and checked before anything was created. */
  secret(ref: SecretRef): Buffer;
  /** What is left of a card or key number: hand it on in a {@link Pseudonymized}, and keep the number nowhere. */
  pseudonym(credential: string): string;
  /** This driver's own; names of other drivers cannot be reached. */
  readonly vault: Vault;
  /** Its own in the state folder, for what a library keeps in files; undefined where nothing is kept. */
  readonly folder?: string | undefined;
  /** Sees every byte of the driver's line: the bus doctor, recordings. */
  readonly tap?: LineTap | undefined;
  /** For drivers of lines: told once the line is open, how to read its figures. */
  readonly figures?: TellFigures | undefined;
}

/** One row of drivers/index.ts. create() does no I/O. */
export interface DriverType<Config = never> {
  readonly type: string;
  readonly config: ZodType<Config>;
  /** What the driver's own devices need beside the facts every device has, `address` say; without it nothing. */
  readonly device?: ZodType;
  /** The key of those that no two devices of one driver share: their address on the line. */
  readonly distinct?: string;
  /** Keys of its devices that are secrets of a form: looked at with the site file. */
  readonly secrets?: Readonly<Record<string, SecretForm>>;
  /** For drivers of lines. */
  speaks?(config: Config): LineProtocol;
  /** Its vault holds keys that devices know: it is never run on another vault. */
  readonly keepsKeys?: true;
  /** Keys of its devices that may name a file in place of a value: read and checked with the site file, so that `device` always sees the value. */
  readonly files?: Readonly<Record<string, DeviceFile>>;
  /** Commands its devices may be given, none for those that only report. What a single device cannot do, its driver refuses. */
  readonly actions: readonly CommandAction[];
  /** Those of them that only somebody on this box may give, and no platform. */
  readonly localActions?: readonly CommandAction[];
  /** Who it is in the networks it joins: no two of one type may be the same there. */
  identities?(config: Config): readonly string[];
  create(id: string, config: Config, deps: DriverDeps): Driver;
}

/** Undefined for a secret as it should be, else what is wrong with it. */
export type SecretForm = (secret: Buffer) => { readonly reason: string; readonly fix: string } | undefined;

/** A key of a device that may be the name of a file the gateway brings along, or `{ file: NAME }` beside the site file. */
export interface DeviceFile {
  /** For sentences: "register map". */
  readonly what: string;
  /** Folder of the gateway package with the ready ones, each `NAME.yaml`. */
  readonly folder: string;
  readonly schema: ZodType;
}

/** A publish of a client of the gateway's own broker, already checked against the client's own topics. */
export interface LocalPublish {
  /** The user name, which for a device is its id. */
  readonly client: string;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
}

/** The gateway's own broker, as a driver sees it. */
export interface LocalBroker {
  /**
   * All publishes of devices come here, until a handler takes one: undefined says that it is not of its devices. The client gets its PUBACK
   * when the promise resolves and is disconnected when it rejects, or when nobody takes it. Returns the detach function.
   */
  onPublish(handler: (publish: LocalPublish) => Promise<void> | undefined): () => void;
  /** Retained messages with an empty payload are removed. Resolves when handed to the subscribers. */
  publish(
    topic: string,
    payload: string | Buffer,
    options?: { readonly retain?: boolean; readonly qos?: 0 | 1 },
  ): Promise<void>;
}

/** One input of the core in the order that counts. */
export interface JournalEntry {
  /** Dense, from 1. */
  readonly seq: number;
  /** The core's `nowMs` of this input. */
  readonly nowMs: number;
  /** `reading`, or another input that changed the core (`tick`, `clock`, `deed`, `config`, `command`, `command-result`, `command-refused`, `fire-over`, `egress`). */
  readonly type: string;
  /** JSON text. A reading's never holds its credential. */
  readonly body: string;
  /** A reading's pseudonym, apart so that it can be stripped or forgotten. */
  readonly credential?: string | undefined;
}

/** Exactly one of `text` (an event) and `journalSeq` (a reading, composed when it is sent). */
export interface OutboxEntry {
  readonly uplink: string;
  readonly lane: Lane;
  readonly seq: number;
  readonly text?: string;
  readonly journalSeq?: number;
}

/** An outbox row as read back: the text, or the journal entry it stands for. */
export interface OutboxRow {
  readonly seq: number;
  readonly text?: string;
  readonly reading?: JournalEntry;
}

export interface AlertRow {
  readonly id: string;
  readonly space: string;
  readonly kind: string;
  readonly state: string;
  readonly raisedMs: number;
  /** The alert as JSON text. */
  readonly body: string;
}

/** `text` is the event, or of a reading the body of its journal entry, null where that was thinned since. */
export interface AsideRow {
  readonly seq: number;
  readonly lane: Lane;
  readonly atMs: number;
  readonly reason: string;
  readonly text: string | null;
}

/** A rejected item: who and why, never its content. */
export interface RejectionRow {
  readonly atMs: number;
  readonly device: string;
  readonly reason: string;
}

/** An uplink's answer for items of one lane. */
export interface Settlement {
  readonly uplink: string;
  readonly lane: Lane;
  readonly accepted: readonly number[];
  /** Accepted rows stay for a re-send until then; undefined deletes them at once. */
  readonly keepUntilMs?: number | undefined;
  readonly rejected: readonly { readonly seq: number; readonly reason: string }[];
}

/** The core's state behind journal entry `seq`, in named pieces; a null body removes a piece. Pieces not named stay as they are. */
export interface Snapshot {
  readonly seq: number;
  readonly pieces: readonly { readonly part: string; readonly id: string; readonly body: string | null }[];
}

/** Items the disk budget evicted. `n` names the record until it is handed over. */
export interface GapRow {
  readonly n: number;
  /** The uplink that will never get them; undefined when only local history was thinned. */
  readonly uplink?: string | undefined;
  readonly lane: Lane;
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
  readonly reason: string;
}

/** What goes to disk together or not at all. */
export interface Write {
  readonly journal?: readonly JournalEntry[];
  readonly alerts?: readonly AlertRow[];
  readonly outbox?: readonly OutboxEntry[];
  readonly rejections?: readonly RejectionRow[];
  readonly settle?: readonly Settlement[];
  readonly snapshot?: Snapshot;
  /** Gap records now handed over (their events are in `outbox`). */
  readonly gapsDone?: readonly number[];
}

/** Readings whose time is over: older than `beforeMs`, behind journal number `after`, of these devices or of all others. */
export interface Forgetting {
  readonly after: number;
  readonly beforeMs: number;
  readonly devices: readonly string[];
  readonly others: boolean;
}

export interface Forgotten {
  readonly removed: number;
  /** Journal number looked at last; null when nothing behind it is old enough. */
  readonly last: number | null;
  /** Up to this journal number nothing is left to look at again. */
  readonly settled: number;
}

export interface StoreStats {
  /** Bytes of live pages, write-ahead log included. */
  readonly usedBytes: number;
  readonly budgetBytes: number;
  readonly backlog: readonly {
    readonly uplink: string;
    readonly lane: Lane;
    readonly count: number;
    readonly oldestSeq: number;
  }[];
  /** Accepted rows that an uplink of this name would send again; a few of them may be past their grace period. One entry a lane. */
  readonly inGrace: readonly { readonly uplink: string; readonly count: number }[];
  readonly quarantined: number;
  readonly journalRows: number;
}

/** What was on disk when the store was opened. */
export interface Recovered {
  /** 0 for a new store. */
  readonly lastSeq: number;
  readonly lastNowMs: number;
  readonly snapshot: Snapshot | undefined;
  /** The next sequence number of each uplink ever used. */
  readonly nextSequence: ReadonlyMap<string, number>;
  readonly gaps: readonly GapRow[];
  /** Set when a damaged file was put aside: where it is and what could be carried over. */
  readonly quarantine: { readonly file: string; readonly reason: string; readonly salvagedRows: number } | undefined;
}

/**
 * Durable memory. A write resolves when it is on disk (WAL, synchronous=FULL) and rejects only when the store is closed: failing disks are
 * retried for ever with a health code, because nothing may be acknowledged or forgotten meanwhile.
 */
export interface Store {
  readonly recovered: Recovered;
  /**
   * Writes are committed in call order, many in one transaction. Repeating a write that already landed changes nothing. One that nobody waits
   * for may come `soon`: with the next that is to be written now, at most 50 ms later.
   */
  write(write: Write, when?: "now" | "soon"): Promise<void>;
  /** Bytes handed to `write` that are not on disk yet: back-pressure looks here. */
  readonly pendingBytes: number;
  /** Waiting rows of one lane behind `afterSeq`, oldest first, at most `limit` rows and about `maxBytes`; always one if there is any. */
  waiting(uplink: string, lane: Lane, afterSeq: number, limit: number, maxBytes: number): Promise<readonly OutboxRow[]>;
  /** Accepted rows still in their grace period wait again (the broker lost them). Resolves with their number. */
  resend(uplink: string): Promise<number>;
  /** Journal entries behind `afterSeq`, oldest first. */
  journal(afterSeq: number, limit: number): Promise<readonly JournalEntry[]>;
  alerts(): Promise<readonly AlertRow[]>;
  alertPage(wanted: AlertsWanted): Promise<AlertPage>;
  /** What the platform of an uplink refused for good, newest first, at most a thousand. */
  setAside(uplink: string): Promise<readonly AsideRow[]>;
  /** One window of forgetting: old readings that no uplink is owed. Goes on from `last` until that is null. */
  forget(due: Forgetting): Promise<Forgotten>;
  stats(): Promise<StoreStats>;
  /** Commits what was written, then closes. */
  close(): Promise<void>;
}

export type { HealthCode } from "./health-codes.ts";
export type { LineEvent, LineProtocol, LineTap } from "./line-ports.ts";
export type { OutboxItem, SendResult, Uplink, UplinkDeps, UplinkType } from "./uplink-ports.ts";
export type { Clock, Command, CommandResult, DeviceCommand };
