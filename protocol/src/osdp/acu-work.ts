/** What an ACU has to say to a PD that is ready for it: commands that wait, states to be asked for, parts of a file, else POLL. */
import type { UnreadableReply } from "./acu-link.ts";
import { CAPABILITY, type Capability, itemsOf, NAK, sizeOf } from "./codes.ts";
import type { OsdpCommand } from "./commands.ts";
import { type FileToSend, FileTransfer } from "./file-transfer.ts";
import type { OsdpReply } from "./replies.ts";

/** A command that waits for its turn. */
export interface AcuJob {
  readonly id: string;
  readonly command: OsdpCommand;
  /** Behind it not one byte of it is sent, not even again. */
  readonly expiresMs: number;
}

export type WorkEvent =
  | { readonly kind: "done"; readonly id: string; readonly reply: OsdpReply | UnreadableReply }
  /** `expired` was not sent in time; `lost` may have been carried out or not: no answer came. */
  | { readonly kind: "dropped"; readonly id: string; readonly why: "expired" | "lost" }
  | { readonly kind: "file"; readonly id: string; readonly failed?: string | undefined };

type Query = "lstat" | "istat" | "ostat" | "rstat";
type Current =
  | { readonly what: "poll" }
  | { readonly what: "query"; readonly query: Query }
  | { readonly what: "job"; readonly job: AcuJob }
  | { readonly what: "file"; readonly file: FileTransfer };

export class AcuWork {
  readonly #statusMs: number;
  readonly #jobs: AcuJob[] = [];
  readonly #files: FileToSend[] = [];
  #file: FileTransfer | undefined;
  #current: Current | undefined;
  #capabilities: readonly Capability[] = [];
  #queries: readonly Query[] = [];
  #due: Query[] = [];
  #askAgainMs = 0;

  /** The standing states are asked for at the beginning and every so often; 0 for never. */
  constructor(statusMs: number) {
    this.#statusMs = statusMs;
  }

  /** A PD has become ready: what stands is asked for, whatever was known before. */
  begin(capabilities: readonly Capability[], nowMs: number): void {
    this.#capabilities = capabilities;
    const has = (wanted: number) => itemsOf(capabilities, wanted) > 0;
    this.#queries = [
      "lstat",
      ...(has(CAPABILITY.contacts) ? (["istat"] as const) : []),
      ...(has(CAPABILITY.outputs) ? (["ostat"] as const) : []),
    ];
    this.#askAgainMs = nowMs;
  }

  add(job: AcuJob, first: boolean): void {
    if (first) this.#jobs.unshift(job);
    else this.#jobs.push(job);
  }

  /** One that is under way counts as expired: it is not sent again. */
  withdraw(id: string): void {
    const at = this.#jobs.findIndex((job) => job.id === id);
    if (at >= 0) this.#jobs.splice(at, 1);
    if (this.#current?.what === "job" && this.#current.job.id === id)
      this.#current = { what: "job", job: { ...this.#current.job, expiresMs: Number.NEGATIVE_INFINITY } };
  }

  send(file: FileToSend): void {
    this.#files.push(file);
  }

  get isPoll(): boolean {
    return this.#current?.what === "poll";
  }

  get isCommand(): boolean {
    return this.#current?.what === "job";
  }

  /** The command under way changes where the PD is found. */
  get isComset(): boolean {
    return this.#current?.what === "job" && this.#current.job.command.kind === "comset";
  }

  get hasCommands(): boolean {
    return this.#jobs.length > 0 || this.isCommand;
  }

  /** The one under way may not be sent (again). */
  isExpired(nowMs: number): boolean {
    return this.#current?.what === "job" && nowMs >= this.#current.job.expiresMs;
  }

  /** Commands behind their deadline, taken out of the queue. */
  sweep(nowMs: number): WorkEvent[] {
    const late = this.#jobs.filter((job) => nowMs >= job.expiresMs);
    for (const job of late) this.#jobs.splice(this.#jobs.indexOf(job), 1);
    return late.map(({ id }) => ({ kind: "dropped", id, why: "expired" }));
  }

  next(nowMs: number): OsdpCommand {
    const afterPart = this.#current?.what === "file";
    this.#current = this.#choose(nowMs, afterPart);
    if (this.#current.what === "job") return this.#current.job.command;
    if (this.#current.what === "file") return this.#current.file.command;
    return { kind: this.#current.what === "query" ? this.#current.query : "poll" };
  }

  take(reply: OsdpReply | UnreadableReply, nowMs: number): WorkEvent[] {
    const current = this.#current;
    if (current?.what === "job") {
      this.#current = undefined;
      return [{ kind: "done", id: current.job.id, reply }];
    }
    if (current?.what === "query" && reply.kind === "nak" && reply.reason === NAK.unknownCommand)
      this.#queries = this.#queries.filter((query) => query !== current.query);
    if (current?.what !== "file") return [];
    const outcome = current.file.take(reply, nowMs);
    if (outcome === "more") return [];
    this.#file = undefined;
    return [{ kind: "file", id: current.file.id, ...(outcome === "done" ? {} : { failed: outcome.failed }) }];
  }

  /** The PD lost its session before it heard the command: it waits for the next one. A file begins anew, from its beginning. */
  putBack(): void {
    if (this.#current?.what === "job") this.#jobs.unshift(this.#current.job);
    this.#current = undefined;
  }

  /** No answer came, or none may be waited for any more. */
  giveUp(why: "expired" | "lost"): WorkEvent[] {
    const current = this.#current;
    this.#current = undefined;
    const file = this.#file;
    this.#file = undefined;
    return [
      ...(current?.what === "job" ? [{ kind: "dropped" as const, id: current.job.id, why }] : []),
      ...(file === undefined ? [] : [{ kind: "file" as const, id: file.id, failed: "the reader fell silent" }]),
    ];
  }

  #choose(nowMs: number, afterPart: boolean): Current {
    const job = this.#jobs.shift();
    if (job !== undefined) return { what: "job", job };
    if (this.#statusMs > 0 && nowMs >= this.#askAgainMs) {
      this.#askAgainMs = nowMs + this.#statusMs;
      this.#due = [...this.#queries];
    }
    const query = this.#due.shift();
    if (query !== undefined) return { what: "query", query };
    // A poll between two parts, so that a card is not kept waiting by a long file.
    if (!afterPart) {
      const file = this.#openFile();
      if (file !== undefined && nowMs >= file.notBeforeMs) return { what: "file", file };
    }
    return { what: "poll" };
  }

  #openFile(): FileTransfer | undefined {
    const waiting = this.#file === undefined ? this.#files.shift() : undefined;
    if (waiting !== undefined)
      this.#file = new FileTransfer(waiting, sizeOf(this.#capabilities, CAPABILITY.receiveBytes));
    return this.#file;
  }
}
