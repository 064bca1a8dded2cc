/** Asks the gateway that runs on this box, and ends in a sentence and an exit code where none does. */
import { userInfo } from "node:os";
import { LinkError, systemClock } from "@gatehouse/protocol";

export interface StateFlag {
  /** The state folder of the gateway. */
  readonly state: string;
}

/** Throws what `askGateway` throws. */
export async function askRunning(
  { state }: StateFlag,
  request: string,
  params: object,
  timeoutMs: number,
): Promise<unknown> {
  const { askGateway } = await import("../control/client.ts");
  return askGateway({ dir: state, request, params, timeoutMs, clock: systemClock });
}

/** No gateway there, and a gateway that does not answer, have exit codes of their own. */
export async function orAway({ state }: StateFlag, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    const away = error.code === "refused";
    const advice = `\n  -> start it with \`gatehouse run --site site.yaml --state ${state}\`, or name its state folder with --state`;
    process.stderr.write(`gatehouse: ${error.message}${away ? advice : ""}\n`);
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
