/** What became of a site file that the running gateway was told to use. */
import { ConfigError, LinkError, systemClock } from "@gatehouse/protocol";
import { z } from "zod";
import { askRunning, type RunningFlags } from "./running.ts";

const PATIENCE_MS = 15_000;
const ASK_EVERY_MS = 300;
/** A large site starts for long on a small box. */
const START_MS = 120_000;

const Version = z.object({ n: z.number(), at: z.string(), by: z.string(), note: z.string(), hash: z.string() });

/** The site file of the running gateway; `running` is the hash of the one it was ready with last. */
const ConfigState = z.object({
  file: z.string(),
  hash: z.string(),
  running: z.string().optional(),
  versions: z.array(Version),
});
type ConfigState = z.infer<typeof ConfigState>;

export const configState = async (flags: RunningFlags): Promise<ConfigState> =>
  ConfigState.parse(await askRunning(flags, "config", {}, PATIENCE_MS));

/**
 * Resolves when the gateway runs with what it was given after version `before`. Throws ConfigError where it did not start with it and put back what
 * ran before, LinkError `timeout` where it is not ready for two minutes.
 */
export async function untilInUse(flags: RunningFlags, before: number): Promise<void> {
  const untilMs = systemClock.monoMs() + START_MS;
  while (systemClock.monoMs() < untilMs) {
    await systemClock.sleep(ASK_EVERY_MS);
    const state = await configState(flags).catch(whileAway);
    if (state === undefined || state.running !== state.hash) continue;
    const latest = state.versions.at(-1);
    if (latest?.by !== "gateway" || latest.n <= before) return;
    throw new ConfigError({ path: "", reason: latest.note, fix: "correct the file, then use it again" });
  }
  const seconds = START_MS / 1_000;
  const said = `the gateway is not ready with the new file after ${seconds} s`;
  throw new LinkError("timeout", `${said}: \`gatehouse config\` shows which version it uses`);
}

/** It is between two starts. */
function whileAway(error: unknown): undefined {
  if (!(error instanceof LinkError)) throw error;
}
