/** The site file as commands on the box see it: what stands there, what another would change, and using it. */
import { readFileSync } from "node:fs";
import { ConfigError } from "@gatehouse/protocol";
import { z } from "zod";
import { type ControlRequest, controlRequest } from "./request.ts";

/** What is asked of the configuration of the running gateway. */
export interface ConfigurationPort {
  readonly file: string;
  readonly text: string;
  readonly hash: string;
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
  apply(text: string, hash: string, author: { readonly by: string; readonly note: string }): Promise<object>;
  rollback(n: number, hash: string, by: string): Promise<object>;
  reload(): Promise<void>;
}

const QUICK_MS = 10_000;
const MAX_BYTES = 10 * 1024 * 1024;
const by = z.string().min(1).max(64).default("local");
const File = z.strictObject({ file: z.string().min(1).max(4_096) });

export const configRequests = (configuration: ConfigurationPort, changes: ChangesPort): readonly ControlRequest[] => [
  controlRequest({
    name: "config",
    params: z.strictObject({}),
    deadlineMs: QUICK_MS,
    run: async () => ({ file: configuration.file, hash: configuration.hash, versions: configuration.versions }),
  }),
  controlRequest({
    name: "config-diff",
    params: z.union([File, z.strictObject({ version: z.int().min(1) })]),
    deadlineMs: QUICK_MS,
    run: async (of) => {
      const text = "file" in of ? read(of.file) : configuration.versionText(of.version);
      const { problems, warnings, difference } = await changes.check(text);
      return { problems, warnings, diff: difference };
    },
  }),
  controlRequest({
    name: "config-apply",
    params: File.extend({ by, note: z.string().max(300).default("") }),
    deadlineMs: QUICK_MS,
    run: async ({ file, ...author }) => changes.apply(read(file), configuration.hash, author),
  }),
  controlRequest({
    name: "config-rollback",
    params: z.strictObject({ version: z.int().min(1), by }),
    deadlineMs: QUICK_MS,
    run: async (asked) => changes.rollback(asked.version, configuration.hash, asked.by),
  }),
  controlRequest({
    name: "config-reload",
    params: z.strictObject({}),
    deadlineMs: QUICK_MS,
    run: async () => {
      await changes.reload();
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
