/** The site file of the running gateway: checked, changed whole, put back. The gateway starts anew with every change; its backlog is not touched. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Clock, ConfigError, type Problem, RejectedError } from "@gatehouse/protocol";
import { parse } from "yaml";
import type { ToBeWritten } from "../config/secrets.ts";
import { loadSite } from "../config.ts";
import { driverTypes } from "../drivers/index.ts";
import { removeFileDurably, writeFileDurably } from "../store/durable-file.ts";
import { uplinkTypes } from "../uplinks/index.ts";
import { type Difference, difference } from "./diff.ts";
import { type Edit, editText } from "./edits.ts";
import { LastRun } from "./last-run.ts";
import { hashOf, type Version, Versions } from "./versions.ts";

export interface Checked {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export interface Applied {
  readonly version: number;
  readonly hash: string;
}

/** Who changes it, and why. */
export interface Author {
  readonly by: string;
  readonly note: string;
}

export interface ConfigurationOptions {
  readonly siteFile: string;
  readonly stateDir: string;
  readonly clock: Clock;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The gateway is to start anew with what the file holds now. */
  readonly onChange: () => void;
}

/** A file that was taken by `apply` is started with so many times: then it is not the power that keeps it from running. */
const TRIES = 3;
/** Of a site nobody has set up yet: the console's wizard goes on from it. */
const NEW_MARK = "new-site";

export class Configuration {
  readonly #options: ConfigurationOptions;
  #versions: Versions;
  #lastRun: LastRun;

  /** A file that was edited by hand since becomes a version of its own. */
  constructor(options: ConfigurationOptions) {
    this.#options = options;
    this.#versions = new Versions(options.stateDir);
    this.#lastRun = new LastRun(options.stateDir);
  }

  /** After a restore: the folder of versions is another one. */
  readAgain(): void {
    this.#versions = new Versions(this.#options.stateDir);
    this.#lastRun = new LastRun(this.#options.stateDir);
  }

  /**
   * At the start of the process, which may be the next one of a row that died under a file taken by `apply`: puts back what ran last where it was
   * tried often enough. Throws what the file system throws.
   */
  startsAgain(): Version | undefined {
    const { latest } = this.#versions;
    if (!existsSync(this.file) || latest === undefined || latest.hash !== this.hash || latest.by === "file")
      return undefined;
    const { hash, tries } = this.#lastRun;
    if (hash === undefined || hash === latest.hash) return undefined;
    if (tries >= TRIES) return this.putBack(`it never ran in ${tries} starts`);
    this.#lastRun.tried();
    return undefined;
  }

  /** The gateway starts anew with what stands in its folders: a restore that waits is taken up. */
  restart(): void {
    this.#options.onChange();
  }

  get file(): string {
    return this.#options.siteFile;
  }

  get text(): string {
    return readFileSync(this.file, "utf8");
  }

  get hash(): string {
    return hashOf(this.text);
  }

  /** Hash of the file the gateway was ready with last: another than `hash` while it starts with a new one. Undefined before its first start. */
  get running(): string | undefined {
    return this.#lastRun.hash;
  }

  /** What stands in the file, nothing filled in. */
  get value(): unknown {
    return parse(this.text, { maxAliasCount: 100 });
  }

  /** Oldest first. */
  get versions(): readonly Version[] {
    return this.#versions.all;
  }

  /** The latest version in words: its number, who and why. */
  get inUse(): string | undefined {
    const { latest } = this.#versions;
    if (latest === undefined || !existsSync(this.file) || latest.hash !== this.hash) return undefined;
    return `version ${latest.n} by ${latest.by}${latest.note === "" ? "" : `: ${latest.note}`}`;
  }

  versionText(n: number): string {
    return this.#versions.text(n);
  }

  /** Of `is` against what stands in the file. */
  difference(is: string): Difference {
    return difference(this.text, is);
  }

  check(text: string, toBeWritten?: ToBeWritten): Checked {
    try {
      const { env } = this.#options;
      const given = { text, toBeWritten, ...(env === undefined ? {} : { env }) };
      const loaded = loadSite(this.file, { driverTypes, uplinkTypes, ...given });
      return { problems: [], warnings: loaded.warnings };
    } catch (error) {
      if (error instanceof ConfigError) return { problems: error.problems, warnings: [] };
      throw error;
    }
  }

  edited(edits: readonly Edit[]): string {
    return editText(this.text, edits);
  }

  /** The gateway runs with the file as it stands: it is what is put back later, and a version of its own where it was edited by hand, or is the first. */
  noteInUse(): void {
    const { text } = this;
    const first = this.#versions.latest === undefined;
    const note = first ? "as found at the first start" : "edited by hand";
    if (this.#versions.latest?.hash !== hashOf(text)) this.#versions.keep(text, { ...this.#now(), by: "file", note });
    this.#lastRun.ran(hashOf(text));
  }

  /** Throws RejectedError when the file is not `hash` any more. */
  mustBe(hash: string): void {
    if (hash !== this.hash)
      throw new RejectedError("the site file has changed meanwhile: look at what stands there now, then try again");
  }

  /** A text that was checked; see `checkedChanges`. On disk when it returns; the gateway starts anew right after. Throws as `mustBe`. */
  apply(text: string, hash: string, author: Author): Applied {
    this.mustBe(hash);
    const version = this.#take(text, author);
    this.#options.onChange();
    return { version: version.n, hash: version.hash };
  }

  /** After a start that failed: the file that ran last stands again, and the one that did not stays a version. Undefined where it is the same one. */
  putBack(reason: string): Version | undefined {
    const ran = this.#versions.all.findLast(({ hash }) => hash === this.#lastRun.hash);
    const failed = this.text;
    if (ran === undefined || ran.hash === hashOf(failed)) return undefined;
    const text = this.#versions.text(ran.n);
    if (this.#versions.latest?.hash !== hashOf(failed))
      this.#versions.keep(failed, {
        ...this.#now(),
        by: "file",
        note: "edited by hand; the gateway did not start with it",
      });
    const note = `put back: the gateway did not start with the file before (${reason})`.slice(0, 300);
    return this.#take(text, { by: "gateway", note });
  }

  /** Written beside the site file in `secrets/`, readable by its owner alone. What goes into the site file is `{ file: … }` with the result. */
  writeSecret(name: string, value: string): string {
    const path = this.#secretPath(name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileDurably(path, value);
    return secretRef(name);
  }

  hasSecret(name: string): boolean {
    return existsSync(this.#secretPath(name));
  }

  /** One that nothing names. */
  dropSecret(name: string): void {
    if (this.hasSecret(name)) removeFileDurably(this.#secretPath(name));
  }

  #secretPath(name: string): string {
    return join(dirname(resolve(this.file)), "secrets", name);
  }

  get isNew(): boolean {
    return existsSync(join(this.#options.stateDir, NEW_MARK));
  }

  setNew(isNew: boolean): void {
    const mark = join(this.#options.stateDir, NEW_MARK);
    if (isNew) {
      mkdirSync(dirname(mark), { recursive: true, mode: 0o700 });
      writeFileSync(mark, "", { mode: 0o600 });
    } else rmSync(mark, { force: true });
  }

  #take(text: string, author: Author): Version {
    const version = this.#versions.keep(text, { ...this.#now(), ...author });
    writeFileDurably(this.file, text);
    return version;
  }

  #now(): { readonly at: string } {
    return { at: new Date(this.#options.clock.nowMs()).toISOString() };
  }
}

/** As the site file names it. */
export const secretRef = (name: string): string => `secrets/${name}`;
