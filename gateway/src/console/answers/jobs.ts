/** Work that takes a while: begun by a request, goes on without it, is looked at, cancelled, and forgotten when newer work has taken its place. */
import type { Readable } from "node:stream";
import { type Clock, ConfigError, LinkError, RejectedError } from "@gatehouse/protocol";
import type { Logger } from "../../core/ports.ts";
import { said } from "../../words/said.ts";
import { Refusal } from "../refusal.ts";
import type { FileContent } from "../table/index.ts";
import type { JobRow } from "../table/jobs.ts";
import type { JobsBook } from "./jobs-book.ts";

interface Text {
  readonly en: string;
  readonly zh: string;
}

/** What the work of a job is given. */
export interface JobDesk {
  /** Aborts when somebody cancels it, or the gateway stops. */
  readonly signal: AbortSignal;
  /** `progress` from 0 to 1, null where nobody knows how long it takes. */
  at(progress: number | null, says: Text): void;
  /** What `GET /jobs/:id` shows before the end. */
  show(result: unknown): void;
  /** While true an end would do harm: nobody can cancel it. */
  hold(held: boolean): void;
}

/** How it ended. */
export interface JobEnd {
  readonly says: Text;
  readonly result?: unknown;
  readonly file?: JobFile;
  /** The work was done and found that something is wrong; default false. */
  readonly failed?: boolean;
}

/** `open` may be called often, until `discard`. */
export interface JobFile {
  readonly type: string;
  readonly name: string;
  open(): Buffer | string | Readable;
  discard?(): void;
}

interface Job {
  row: JobRow;
  result: unknown;
  file: JobFile | undefined;
  readonly stop: AbortController;
  ended: Promise<void>;
}

/** Ended ones that are kept to be looked at. */
const KEPT = 30;
/** Of one kind at the same time: two scans of one line, or two replays, only hinder one another. */
const AT_ONCE = 4;
const MAX_SAYS = 500;
/** What does not end by itself when the gateway stops is left behind. */
const STOP_MS = 3_000;
const INTERRUPTED: Text = {
  en: "The gateway ended while this was under way. Begin it again.",
  zh: "网关在任务进行中停止，任务已中断，请重新开始。",
};
/** What is written to a board is finished without the gateway. */
const INTERRUPTED_FLASH: Text = {
  en: "The gateway ended while this was under way. A board that was being written is finished all the same: look at its version.",
  zh: "网关在更新进行中停止。已开始写入的门控板会写完，请查看其固件版本。",
};
const interruptedWords = (kind: JobRow["kind"]): Text => (kind === "flash" ? INTERRUPTED_FLASH : INTERRUPTED);

export interface JobNotes {
  /** Of this kind at the same time. */
  readonly atOnce?: number;
  /** What it works on. */
  readonly about?: string;
}

export class Jobs {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #jobs = new Map<string, Job>();
  readonly #listeners = new Set<(job: JobRow) => void>();
  readonly #idStart: string;
  readonly #book: JobsBook | undefined;
  #stopping = false;
  /** What the book says last stands: the next start of the gateway may have it already. */
  #bookClosed = false;
  #count = 0;

  /** `run` tells the jobs of this start of the gateway from those of others; what the book has was interrupted. */
  constructor(clock: Clock, log: Logger, run = "", book?: JobsBook) {
    this.#clock = clock;
    this.#log = log;
    this.#idStart = `job-${run}`;
    this.#book = book;
    for (const row of book?.rows ?? []) this.#jobs.set(row.id, interrupted(row, this.#now()));
    if (this.#jobs.size > 0) this.#note();
  }

  /** Newest first. */
  get rows(): readonly JobRow[] {
    return [...this.#jobs.values()].map(({ row }) => row).reverse();
  }

  /** Called at every change. Returns the detach function. */
  onChange(listener: (job: JobRow) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Goes on by itself. Throws Refusal while too many of its kind run. */
  begin(
    kind: JobRow["kind"],
    by: string,
    says: Text,
    work: (desk: JobDesk) => Promise<JobEnd>,
    { atOnce = AT_ONCE, about }: JobNotes = {},
  ): JobRow {
    const running = [...this.#jobs.values()].filter(({ row }) => row.kind === kind && row.state === "running");
    if (running.length >= atOnce) throw new Refusal("job-under-way", { retryAfterSeconds: 10 });
    this.#count += 1;
    const id = `${this.#idStart}${this.#count.toString(36)}`;
    const startedAt = this.#now();
    const start = { state: "running", cancellable: true, progress: null, endedAt: null, file: null } as const;
    const row: JobRow = { id, kind, about: about ?? null, by, startedAt, says, ...start };
    const job = jobOf(row);
    this.#jobs.set(id, job);
    this.#forgetOld();
    this.#note();
    const desk: JobDesk = {
      signal: job.stop.signal,
      at: (progress, says) => {
        if (job.row.state === "running") this.#change(job, { progress: clamp(progress), says: cut(says) });
      },
      show: (result) => {
        job.result = result;
        this.#tell(job);
      },
      hold: (held) => {
        if (job.row.state === "running" && job.row.cancellable === held) this.#change(job, { cancellable: !held });
      },
    };
    job.ended = this.#run(job, () => work(desk));
    this.#tell(job);
    return row;
  }

  /** Throws Refusal. */
  find(id: string): { readonly job: JobRow; readonly result: unknown } {
    const { row, result } = this.#of(id);
    return { job: row, result };
  }

  /** Throws Refusal. */
  file(id: string): FileContent {
    const { file } = this.#of(id);
    if (file === undefined) throw new Refusal("unknown", { values: { id } });
    return { type: file.type, name: file.name, body: file.open() };
  }

  /** Resolves when it has ended. Throws Refusal. */
  async cancel(id: string): Promise<void> {
    const job = this.#of(id);
    if (job.row.state === "running" && !job.row.cancellable) throw new Refusal("not-cancellable");
    job.stop.abort();
    await job.ended;
  }

  /** When the signal aborts what runs is interrupted; resolves when nothing does any more, or does not let itself be ended. */
  async run(signal: AbortSignal): Promise<void> {
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    this.#stopping = true;
    for (const { stop } of this.#jobs.values()) stop.abort();
    const patience = new AbortController();
    const all = Promise.all([...this.#jobs.values()].map(({ ended }) => ended));
    await Promise.race([all, this.#clock.sleep(STOP_MS, patience.signal).catch(() => {})]);
    patience.abort();
    this.#bookClosed = true;
    await this.#book?.keep(this.#unfinished()).catch(() => {});
    for (const { file } of this.#jobs.values()) file?.discard?.();
  }

  async #run(job: Job, work: () => Promise<JobEnd>): Promise<void> {
    const { signal } = job.stop;
    try {
      const { says, result, file, failed = false } = await work();
      if (result !== undefined) job.result = result;
      job.file = file;
      const made = file?.name ?? null;
      if (signal.aborted && this.#stopping) this.#end(job, "interrupted", interruptedWords(job.row.kind));
      else this.#end(job, signal.aborted ? "cancelled" : failed ? "failed" : "done", says, made);
    } catch (error) {
      if (signal.aborted && this.#stopping) this.#end(job, "interrupted", interruptedWords(job.row.kind));
      else if (signal.aborted) this.#end(job, "cancelled", { en: "cancelled", zh: "已取消" });
      else this.#end(job, "failed", this.#wordsOf(error, job));
    }
  }

  #end(job: Job, state: JobRow["state"], says: Text, file: string | null = null): void {
    const progress = state === "done" ? 1 : job.row.progress;
    if (state === "done") this.#forgetInterrupted(job.row);
    this.#change(job, { state, says: cut(says), progress, cancellable: false, endedAt: this.#now(), file });
    this.#note();
  }

  /** What was cut off has been done since: nobody has to begin it again. */
  #forgetInterrupted({ kind, about }: JobRow): void {
    for (const { row } of [...this.#jobs.values()])
      if (row.state === "interrupted" && row.kind === kind && row.about === about) this.#jobs.delete(row.id);
  }

  #unfinished(): JobRow[] {
    return [...this.#jobs.values()]
      .map(({ row }) => row)
      .filter(({ state }) => state === "running" || state === "interrupted");
  }

  /** That a job was under way is worth a line on disk; that this line cannot be written is no reason to refuse the job. */
  #note(): void {
    if (this.#bookClosed) return;
    this.#book
      ?.keep(this.#unfinished())
      .catch((err: unknown) => this.#log.warn({ err }, "jobs under way are not noted on disk"));
  }

  #wordsOf(error: unknown, { row }: Job): Text {
    if (error instanceof ConfigError || error instanceof RejectedError || error instanceof LinkError)
      return said(error.message);
    this.#log.error({ job: row.id, kind: row.kind, err: error }, "a job failed with a bug");
    return { en: "a fault of the program: see the log", zh: "程序出错，请查看日志" };
  }

  #of(id: string): Job {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new Refusal("unknown", { values: { id: id.slice(0, 128) } });
    return job;
  }

  #change(job: Job, part: Partial<JobRow>): void {
    job.row = { ...job.row, ...part };
    this.#tell(job);
  }

  #tell({ row }: Job): void {
    for (const listener of this.#listeners) listener(row);
  }

  #forgetOld(): void {
    const ended = [...this.#jobs.values()].filter(({ row }) => row.state !== "running");
    for (const { row, file } of ended.slice(0, Math.max(0, ended.length - KEPT))) {
      file?.discard?.();
      this.#jobs.delete(row.id);
    }
  }

  readonly #now = (): string => new Date(this.#clock.nowMs()).toISOString();
}

const jobOf = (row: JobRow): Job => ({
  row,
  result: null,
  file: undefined,
  stop: new AbortController(),
  ended: Promise.resolve(),
});

const interrupted = (row: JobRow, endedAt: string): Job =>
  jobOf(
    row.state === "interrupted"
      ? row
      : {
          ...row,
          state: "interrupted",
          says: interruptedWords(row.kind),
          cancellable: false,
          endedAt: row.endedAt ?? endedAt,
        },
  );

const clamp = (progress: number | null): number | null =>
  progress === null ? null : Math.min(1, Math.max(0, progress));

const cut = ({ en, zh }: Text): Text => ({ en: en.slice(0, MAX_SAYS), zh: zh.slice(0, MAX_SAYS) });
