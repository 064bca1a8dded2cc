/** The site file as commands on the box see it: what stands there, what another would change, and using it. */
import { readFileSync } from "node:fs";
import { ConfigError } from "@gatehouse/protocol";
import { z } from "zod";
import type { LeftBehind } from "../core/left-behind.ts";
import { heirsIn } from "./heirs.ts";
import { type ControlRequest, controlRequest } from "./request.ts";

/** What is asked of the configuration of the running gateway. */
export interface ConfigurationPort {
  readonly file: string;
  readonly text: string;
  readonly hash: string;
  /** Hash of the file the gateway was ready with last. */
  readonly running: string | undefined;
  readonly versions: readonly { readonly n: number; readonly hash: string }[];
  versionText(n: number): string;
}

/** Changes of it that are checked first. */
export interface ChangesPort {
  check(text: string): Promise<{
    readonly problems: readonly object[];
    readonly warnings: readonly object[];
    readonly difference: object;
  }>;
  /** This one and those below change nothing once `signal` has aborted. */
  apply(
    text: string,
    hash: string,
    author: { readonly by: string; readonly note: string },
    signal: AbortSignal,
  ): Promise<object>;
  rollback(n: number, hash: string, by: string, signal: AbortSignal): Promise<object>;
  reload(signal: AbortSignal): Promise<void>;
}

const QUICK_MS = 10_000;
/** The file of a large site is checked for long on a small box. */
export const CHECK_MS = 120_000;
const UNCHANGED = `the file was not checked within ${CHECK_MS / 1_000} s: nothing was changed`;
const MAX_BYTES = 10 * 1024 * 1024;
const by = z.string().min(1).max(64).default("local");
const File = z.strictObject({ file: z.string().min(1).max(4_096) });

/** `left`: what is still there for platforms that were removed. */
export const configRequests = (
  configuration: ConfigurationPort,
  changes: ChangesPort,
  left: () => Promise<readonly LeftBehind[]>,
): readonly ControlRequest[] => [
  controlRequest({
    name: "config",
    params: z.strictObject({}),
    deadlineMs: QUICK_MS,
    run: async () => {
      const { file, hash, running, versions } = configuration;
      return { file, hash, running, versions };
    },
  }),
  controlRequest({
    name: "config-diff",
    params: z.union([File, z.strictObject({ version: z.int().min(1) })]),
    deadlineMs: CHECK_MS,
    run: async (of) => {
      const text = "file" in of ? read(of.file) : configuration.versionText(of.version);
      const { problems, warnings, difference } = await changes.check(text);
      return { problems, warnings: [...warnings, ...heirsIn(text, await left())], diff: difference };
    },
  }),
  controlRequest({
    name: "config-apply",
    params: File.extend({
      by,
      note: z.string().max(300).default(""),
      same: z.array(z.string().max(64)).max(64).default([]),
    }),
    deadlineMs: CHECK_MS,
    ifLate: UNCHANGED,
    run: async ({ file, same, ...author }, signal) => {
      const text = read(file);
      const strangers = (await left()).filter(({ id }) => !same.includes(id));
      const heirs = heirsIn(text, strangers);
      if (heirs.length > 0) throw new ConfigError(heirs);
      return changes.apply(text, configuration.hash, author, signal);
    },
  }),
  controlRequest({
    name: "config-rollback",
    params: z.strictObject({ version: z.int().min(1), by }),
    deadlineMs: CHECK_MS,
    ifLate: UNCHANGED,
    run: async (asked, signal) => changes.rollback(asked.version, configuration.hash, asked.by, signal),
  }),
  controlRequest({
    name: "config-reload",
    params: z.strictObject({}),
    deadlineMs: CHECK_MS,
    ifLate: UNCHANGED,
    run: async (_, signal) => {
      await changes.reload(signal);
      return { reloading: true };
    },
  }),
];

function read(file: string): string {
  try {
    const bytes = readFileSync(file);
    if (bytes.length <= MAX_BYTES) return bytes.toString("utf8");
  } catch (cause) {
    const reason = `the gateway cannot read it (${(cause as NodeJS.ErrnoException).code})`;
    throw new ConfigError({ path: file, reason, fix: "put it where the gateway's user may read it" }, { cause });
  }
  throw new ConfigError({ path: file, reason: `is larger than ${MAX_BYTES} bytes` });
}
