/** A dialogue in a file: a line about the line, then an entry a line, masked as they were shown. */
import { createReadStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { ConfigError } from "@gatehouse/protocol";
import { z } from "zod";
import type { Entry } from "./entry.ts";

const Header = z.object({
  recording: z.literal("gatehouse bus"),
  version: z.literal(1),
  driver: z.string(),
  type: z.string(),
  link: z.string(),
  characterMs: z.number().positive(),
  /** Devices speak without being asked. */
  unasked: z.boolean(),
  /** Names of the site file by address. */
  devices: z.record(z.string(), z.string()),
});
export type RecordingHeader = z.infer<typeof Header>;

const StoredEntry = z.object({
  atMs: z.number(),
  direction: z.enum(["tx", "rx"]),
  kind: z.enum(["frame", "noise"]),
  sizeBytes: z.int().min(0),
  hex: z.string(),
  means: z.string(),
  address: z.string().optional(),
  reason: z.enum(["garbage", "length", "checksum", "format", "truncated"]).optional(),
  foreign: z.literal(true).optional(),
});

export interface Recorder {
  note(entry: Entry): void;
  /** Resolves when everything is in the file; one without an entry is taken away again. */
  close(): Promise<void>;
}

/** Nobody else may read it, and a file that is there is not overwritten: ConfigError. */
export async function openRecorder(
  path: string,
  header: Omit<RecordingHeader, "recording" | "version">,
): Promise<Recorder> {
  const file = await open(path, "wx", 0o600).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === "EEXIST" ? "there is a file of that name already" : cause.message;
    throw new ConfigError({ path, reason, fix: "name another file for --record" }, { cause });
  });
  const stream = file.createWriteStream();
  let failure: Error | undefined;
  stream.on("error", (error) => {
    failure ??= error;
  });
  let entries = 0;
  const write = (value: object) => void stream.write(`${JSON.stringify(value)}\n`);
  write({ recording: "gatehouse bus", version: 1, ...header });
  return {
    note: (entry) => {
      entries += 1;
      write(entry);
    },
    close: async () => {
      await new Promise<void>((resolve) => {
        stream.once("close", resolve);
        stream.end();
      });
      if (entries === 0) await rm(path, { force: true });
      if (failure !== undefined) throw failure;
    },
  };
}

/** Throws ConfigError when the file is no recording, with the line that is none. */
export async function readRecording(
  path: string,
  onEntry: (entry: Entry) => void,
  onHeader: (header: RecordingHeader) => void,
): Promise<void> {
  const input = createReadStream(path);
  const opened = new Promise<void>((resolve, reject) => {
    input.once("open", () => resolve());
    input.once("error", (cause) => reject(new ConfigError({ path, reason: cause.message }, { cause })));
  });
  await opened;
  let line = 0;
  for await (const text of createInterface({ input })) {
    line += 1;
    const value = parsed(text, path, line);
    if (line === 1) onHeader(checked(Header, value, path, line));
    else onEntry(checked(StoredEntry, value, path, line) as Entry);
  }
  if (line === 0)
    throw new ConfigError({ path, reason: "the file is empty", fix: "record one with gatehouse bus --record" });
}

function parsed(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(
      { path: "", file, line, reason: "this line is not JSON: the recording is cut off or damaged" },
      { cause },
    );
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, file: string, line: number): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const reason = `not a recording of gatehouse bus: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`;
  throw new ConfigError({ path: "", file, line, reason, fix: "give a file that gatehouse bus --record wrote" });
}
