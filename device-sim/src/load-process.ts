/** The load generator as a process of its own: options as JSON on the command line, results as JSON lines on stdout. */
import { ConfigError } from "@gatehouse/protocol";
import { z } from "zod";
import { type LoadReading, runLoad } from "./load.ts";
import type { LoadLine } from "./spawn-load.ts";

const Options = z.strictObject({
  url: z.string(),
  devices: z.array(z.string()).min(1),
  window: z.int().min(1).max(60_000).optional(),
  ratePerSecond: z.number().positive().optional(),
  seconds: z.number().positive().optional(),
  count: z.int().min(1).optional(),
  drainSeconds: z.number().min(0).optional(),
  epoch: z.int().min(0).optional(),
  firstSeq: z.int().min(0).optional(),
  password: z.string().optional(),
  readings: z.string().optional(),
});

interface ReadingsModule {
  readonly makeReading: (device: string, seq: number) => LoadReading;
}

const say = (line: LoadLine): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

function parseOptions(text: string | undefined): z.infer<typeof Options> {
  let json: unknown;
  try {
    json = JSON.parse(text ?? "");
  } catch (cause) {
    throw new ConfigError({ path: "", reason: "the first argument must be options as JSON" }, { cause });
  }
  const parsed = Options.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), reason: message })));
}

async function main(): Promise<void> {
  const stop = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => stop.abort());
  const { readings, ...options } = parseOptions(process.argv[2]);
  const module = readings === undefined ? undefined : ((await import(readings)) as ReadingsModule);
  const result = await runLoad({
    ...options,
    makeReading: module?.makeReading,
    signal: stop.signal,
    onProgress: (progress) => say({ type: "progress", ...progress }),
  });
  say({ type: "result", ...result });
}

try {
  await main();
} catch (error) {
  say({ type: "error", reason: error instanceof Error ? error.message : String(error) });
  process.exitCode = error instanceof ConfigError ? 78 : 1;
}
