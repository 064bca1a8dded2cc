/** The command line: builds the program out of its commands, and ends every mistake in a sentence and an exit code. */
import { Command, CommanderError } from "commander";
import { alertsCommand } from "./alerts.ts";
import { auditCommand } from "./audit.ts";
import { backupCommand, restoreCommand } from "./backup.ts";
import { bridgeCommand } from "./bridge.ts";
import { busCommand } from "./bus.ts";
import { checkCommand } from "./check.ts";
import { cityCommand } from "./city.ts";
import { commandCommand } from "./command.ts";
import { complianceCommand } from "./compliance.ts";
import { configCommand } from "./config.ts";
import { demoCommand } from "./demo.ts";
import { devicesCommand } from "./devices.ts";
import { exportCommand } from "./export.ts";
import { fireCommand } from "./fire.ts";
import { firmwareCommand } from "./firmware.ts";
import { handoverCommand } from "./handover.ts";
import { initCommand } from "./init.ts";
import { opcuaCommand } from "./opcua.ts";
import { osdpCommand } from "./osdp.ts";
import { patrolCommand } from "./patrol.ts";
import { promptsCommand } from "./prompts.ts";
import { replayCommand } from "./replay.ts";
import { reportCommand } from "./report.ts";
import { reportFailure } from "./report-failure.ts";
import { rollCallCommand } from "./rollcall.ts";
import { rulesCommand } from "./rules.ts";
import { runCommand } from "./run.ts";
import { scanCommand } from "./scan.ts";
import { simCommand } from "./sim.ts";
import { spaceCommand } from "./space.ts";
import { uplinkCommand } from "./uplink.ts";
import { userCommand } from "./user.ts";
import { VERSION, versionCommand } from "./version.ts";
import { z2mCommand } from "./z2m.ts";

/** Every command, in the order of the help. A new one is a file here and a row. */
const COMMANDS: readonly (() => Command)[] = [
  runCommand,
  initCommand,
  checkCommand,
  configCommand,
  scanCommand,
  devicesCommand,
  z2mCommand,
  busCommand,
  bridgeCommand,
  firmwareCommand,
  commandCommand,
  alertsCommand,
  fireCommand,
  rollCallCommand,
  promptsCommand,
  handoverCommand,
  patrolCommand,
  complianceCommand,
  spaceCommand,
  reportCommand,
  osdpCommand,
  opcuaCommand,
  replayCommand,
  exportCommand,
  auditCommand,
  backupCommand,
  restoreCommand,
  uplinkCommand,
  userCommand,
  rulesCommand,
  simCommand,
  cityCommand,
  demoCommand,
  versionCommand,
];

const EXAMPLES = `
Examples:
  gatehouse demo                              see it all work without hardware
  gatehouse init --kind rental-compound       write a commented site.yaml to start from
  gatehouse check site.yaml                   say what is wrong with it, and which limits follow from it
  gatehouse run --site site.yaml --state DIR  run the gateway
  gatehouse command lock-302 unlock           open a door of the gateway that runs here
  gatehouse rollcall                          how many people are where right now
  gatehouse COMMAND --help                    more about one command

Exit codes: 0 done, 64 wrong usage, 78 the configuration must change, 1 anything else.`;

export function buildProgram(): Command {
  const program = new Command("gatehouse")
    .description("Counts who lives where, and tells the city platform when a room holds more than the law allows.")
    .version(VERSION, "-V, --version", "the version in one word")
    .helpCommand(true)
    .showHelpAfterError("(gatehouse --help lists the commands)")
    .addHelpText("after", EXAMPLES)
    .exitOverride();
  for (const create of COMMANDS) {
    program.addCommand(create().exitOverride().showHelpAfterError(`(gatehouse ${create().name()} --help explains it)`));
  }
  return program;
}

/** Runs one command and sets the exit code of the process. Never rejects. */
export async function main(argv: readonly string[]): Promise<void> {
  for (const out of [process.stdout, process.stderr]) out.on("error", unlessNobodyReads);
  try {
    await buildProgram().parseAsync([...argv]);
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? usageExit(error) : reportFailure(error);
  }
}

/** Asking for help or the version is no mistake. */
const usageExit = (error: CommanderError): number => (error.exitCode === 0 ? 0 : 64);

/** Who reads may have seen enough, as `head` has: what is left to say is lost, and the work goes on. */
function unlessNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
