/** What every program of the town does around its work: help, and one line in place of a stack when it cannot. */
import { ConfigError, LinkError } from "@gatehouse/protocol";

/** As the gateway ends when only its operator can help. */
const CONFIG_EXIT = 78;

export async function runProgram(help: string, work: () => Promise<void>): Promise<void> {
  if (process.argv.includes("--help") || process.argv.includes("-h")) {
    process.stdout.write(help);
    return;
  }
  try {
    await work();
  } catch (error) {
    const isWrongUse = String((error as { readonly code?: unknown }).code).startsWith("ERR_PARSE_ARGS");
    if (!isWrongUse && !(error instanceof ConfigError) && !(error instanceof LinkError)) throw error;
    process.stderr.write(`${(error as Error).message}\nTry --help.\n`);
    process.exitCode = error instanceof LinkError ? 1 : CONFIG_EXIT;
  }
}
