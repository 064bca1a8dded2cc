/** The command line: builds the program out of its commands, and ends every mistake in a sentence and an exit code. */
import { Command, CommanderError } from "commander";
import { reportFailure } from "./report-failure.ts";
import { VERSION } from "./version.ts";

/**
 * Every command, in the order of the help. A new one is a file here and a row. What a command needs is loaded when it is asked for: all of it
 * takes longer than most commands do.
 */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./run.ts")).runCommand(),
  init: async () => (await import("./init.ts")).initCommand(),
  check: async () => (await import("./check.ts")).checkCommand(),
  config: async () => (await import("./config.ts")).configCommand(),
  scan: async () => (await import("./scan.ts")).scanCommand(),
  devices: async () => (await import("./devices.ts")).devicesCommand(),
  z2m: async () => (await import("./z2m.ts")).z2mCommand(),
  bus: async () => (await import("./bus.ts")).busCommand(),
  bridge: async () => (await import("./bridge.ts")).bridgeCommand(),
  firmware: async () => (await import("./firmware.ts")).firmwareCommand(),
  command: async () => (await import("./command.ts")).commandCommand(),
  alerts: async () => (await import("./alerts.ts")).alertsCommand(),
  fire: async () => (await import("./fire.ts")).fireCommand(),
  rollcall: async () => (await import("./rollcall.ts")).rollCallCommand(),
  prompts: async () => (await import("./prompts.ts")).promptsCommand(),
  handover: async () => (await import("./handover.ts")).handoverCommand(),
  patrol: async () => (await import("./patrol.ts")).patrolCommand(),
  compliance: async () => (await import("./compliance.ts")).complianceCommand(),
  space: async () => (await import("./space.ts")).spaceCommand(),
  report: async () => (await import("./report.ts")).reportCommand(),
  osdp: async () => (await import("./osdp.ts")).osdpCommand(),
  opcua: async () => (await import("./opcua.ts")).opcuaCommand(),
  replay: async () => (await import("./replay.ts")).replayCommand(),
  export: async () => (await import("./export.ts")).exportCommand(),
  audit: async () => (await import("./audit.ts")).auditCommand(),
  backup: async () => (await import("./backup.ts")).backupCommand(),
  restore: async () => (await import("./backup.ts")).restoreCommand(),
  uplink: async () => (await import("./uplink.ts")).uplinkCommand(),
  user: async () => (await import("./user.ts")).userCommand(),
  rules: async () => (await import("./rules.ts")).rulesCommand(),
  sim: async () => (await import("./sim.ts")).simCommand(),
  city: async () => (await import("./city.ts")).cityCommand(),
  demo: async () => (await import("./demo.ts")).demoCommand(),
  version: async () => (await import("./version.ts")).versionCommand(),
};

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

/** With the command that `argv` asks for, or with all of them where it names none. */
async function buildProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command("gatehouse")
    .description("Counts who lives where, and tells the city platform when a room holds more than the law allows.")
    .version(VERSION, "-V, --version", "the version in one word")
    .helpCommand(true)
    .showHelpAfterError("(gatehouse --help lists the commands)")
    .addHelpText("after", EXAMPLES)
    .exitOverride();
  const [, , asked = ""] = argv;
  for (const [name, load] of Object.entries(COMMANDS)) {
    if (name !== asked && Object.hasOwn(COMMANDS, asked)) continue;
    program.addCommand((await load()).exitOverride().showHelpAfterError(`(gatehouse ${name} --help explains it)`));
  }
  return program;
}

/** Runs one command and sets the exit code of the process. Never rejects. */
export async function main(argv: readonly string[]): Promise<void> {
  for (const out of [process.stdout, process.stderr]) out.on("error", unlessNobodyReads);
  try {
    await (await buildProgram(argv)).parseAsync([...argv]);
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
