/** The gateway that runs on this box, as commands of the command line ask it. */
import { userInfo } from "node:os";
import { LinkError, systemClock } from "@gatehouse/protocol";
import { inTerminal } from "./terminal-language.ts";

export interface RunningFlags {
  readonly state: string;
}

export const STATE_OPTION = [
  "--state <dir>",
  "the state folder of the gateway, as given to `gatehouse run`",
  "/var/lib/gatehouse",
] as const;

export async function askRunning(
  { state }: RunningFlags,
  request: string,
  params: object,
  timeoutMs: number,
): Promise<unknown> {
  const { askGateway } = await import("../control/client.ts");
  return askGateway({ dir: state, request, params, timeoutMs, clock: systemClock });
}

/** No gateway there, and a gateway that does not answer, have exit codes of their own: 69 and 75. */
export async function orAway({ state }: RunningFlags, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    const away = error.code === "refused";
    const advice = `\n  -> start it with \`gatehouse run --site site.yaml --state ${state}\`, or name its state folder with --state`;
    process.stderr.write(`gatehouse: ${inTerminal(error.message)}${away ? inTerminal(advice) : ""}\n`);
    process.exitCode = away ? 69 : 75;
  }
}

/** Undefined where the system has no name for the user. */
export function userName(): string | undefined {
  try {
    return userInfo().username.slice(0, 64);
  } catch {
    return undefined;
  }
}
