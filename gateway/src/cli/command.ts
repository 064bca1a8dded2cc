/** `gatehouse command`: a wish to a device, given to the gateway that runs on this box. */
import { ConfigError } from "@gatehouse/protocol";
import { Command } from "commander";
import { z } from "zod";
import { confirmCommand } from "./command-confirm.ts";
import { askRunning, orAway, type RunningFlags, STATE_OPTION, userName } from "./running.ts";
import { inTerminal } from "./terminal-language.ts";

interface CommandFlags extends RunningFlags {
  readonly secondsValid: number;
  readonly id?: string;
  readonly json?: true;
}

const MAX_SECONDS_VALID = 30;
/** The gateway's own patience with the device and the disk comes first. */
const PATIENCE_MS = 6_000;

const Report = z.object({
  id: z.string(),
  outcome: z.string(),
  error: z.string().optional(),
  path: z.string().optional(),
});
type Report = z.infer<typeof Report>;

const Devices = z.object({
  devices: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      driver: z.string(),
      driverUp: z.boolean(),
      online: z.boolean().nullable(),
      actions: z.array(z.string()),
    }),
  ),
});

const EXAMPLES = `
Without a device it lists the devices and the commands each takes.

Examples:
  gatehouse command                                                     which devices are there
  gatehouse command lock-302 unlock                                     as long as the lock is set to
  gatehouse command lock-302 unlock '{"seconds":5}'
  gatehouse command reader-302 led '{"color":"red","onSeconds":0.5,"offSeconds":0.5,"seconds":30}'
  gatehouse command reader-302 buzzer '{"onSeconds":0.2,"offSeconds":0.2,"times":3}'
  gatehouse command reader-302 text '{"text":"CALL OFFICE","seconds":10}'
  gatehouse command board-1 output '{"output":0,"on":true,"seconds":2}'
  gatehouse command board-1 identify --state ./state
  gatehouse command confirm                                             which of a platform's commands wait for a second person
  gatehouse command confirm city-4711 --by wang                         and let one go on

Arguments, by action (docs/commands.md says more):
  unlock     {"seconds"?, "door"?}              lock       {"door"?}
  output     {"output", "on", "seconds"?}       identify   {"seconds"?}
  led        {"color", "offColor"?, "onSeconds"?, "offSeconds"?, "seconds"?, "led"?, "reader"?}
  buzzer     {"on"?, "onSeconds"?, "offSeconds"?, "times"?, "reader"?}
  text       {"text", "seconds"?, "row"?, "column"?, "reader"?}
  configure  {settings of the device by name}

Exits with 0 when the device did it, 1 when it said no, 69 when no gateway runs there, 75 when there was no answer in time or the
device cannot be reached now, 78 when the command is wrong.`;

export function commandCommand(): Command {
  const command = new Command("command")
    .summary("have a device do something: unlock, sound, show, switch")
    .description("Gives a command to a device of the gateway that runs on this box, and says what became of it.")
    .argument("[device]", "its id in the site file")
    .argument("[action]", "what it is to do")
    .argument("[json]", "arguments of the action as a JSON object")
    .option(...STATE_OPTION)
    .option("--seconds-valid <n>", "how long the device may take; it is not carried out later", parseSeconds, 10)
    .option("--id <id>", "an id of your own; each is carried out once at the most")
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES)
    .action(give);
  return command.addCommand(confirmCommand());
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds >= 0.1 && seconds <= MAX_SECONDS_VALID) return seconds;
  const fix = `write a number of seconds, from 0.1 to ${MAX_SECONDS_VALID}`;
  throw new ConfigError({ path: "--seconds-valid", reason: `"${text}" is not possible`, fix });
}

async function give(
  device: string | undefined,
  action: string | undefined,
  json: string | undefined,
  flags: CommandFlags,
) {
  if (device === undefined || action === undefined) {
    await orAway(flags, () => list(device, flags));
    return;
  }
  const { secondsValid, id } = flags;
  const params = {
    target: device,
    action,
    ...(json === undefined ? {} : { args: parseArgs(json) }),
    secondsValid,
    ...(id === undefined ? {} : { id }),
    by: userName(),
  };
  await orAway(flags, async () => {
    const report = Report.parse(await askRunning(flags, "command", params, secondsValid * 1_000 + PATIENCE_MS));
    if (flags.json) process.stdout.write(`${JSON.stringify({ device, action, ...report })}\n`);
    else tell(device, action, report);
    process.exitCode = exitOf(report);
  });
}

function parseArgs(text: string): Readonly<Record<string, unknown>> {
  const fix = `write an object in single quotes, for instance '{"seconds":5}'`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError({ path: "[json]", reason: `${text} is no JSON`, fix }, { cause });
  }
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new ConfigError({ path: "[json]", reason: `${text} is no object`, fix });
  return value as Readonly<Record<string, unknown>>;
}

function exitOf({ outcome }: Report): number {
  if (outcome === "done") return 0;
  if (outcome === "refused") return 1;
  return outcome === "invalid" || outcome === "duplicate" ? 78 : 75;
}

function tell(device: string, action: string, report: Report): void {
  const { outcome, error = "", path = "" } = report;
  if (outcome === "done") process.stdout.write(`${device}: ${action} done\n`);
  else if (outcome === "invalid") {
    const fix = path === "target" ? "`gatehouse command` alone lists the devices" : "see `gatehouse command --help`";
    throw new ConfigError({ path, reason: error, fix });
  } else if (outcome === "duplicate")
    throw new ConfigError({ path, reason: error, fix: "give it an id that was never used, or none" });
  else process.stderr.write(`gatehouse: ${device}: ${action} ${WORDS[outcome] ?? outcome}: ${inTerminal(error)}\n`);
}

const WORDS: Readonly<Record<string, string>> = {
  refused: "was refused",
  unavailable: "was not done",
  expired: "was not done",
  unknown: "may or may not have been done",
};

async function list(device: string | undefined, flags: CommandFlags): Promise<void> {
  const { devices } = Devices.parse(await askRunning(flags, "devices", {}, PATIENCE_MS));
  const shown = devices.filter(({ id }) => device === undefined || id === device);
  if (device !== undefined && shown.length === 0)
    throw new ConfigError({
      path: "[device]",
      reason: `there is no device "${device}"`,
      fix: "`gatehouse command` lists them",
    });
  const width = Math.max(...shown.map(({ id }) => id.length));
  const lines = shown.map((each) => `${each.id.padEnd(width)}  ${describe(each)}\n`);
  process.stdout.write(flags.json ? `${JSON.stringify(shown)}\n` : lines.join(""));
}

function describe({ kind, driver, driverUp, online, actions }: z.infer<typeof Devices>["devices"][number]): string {
  const state = driverUp ? (online === false ? "  (offline)" : "") : `  (driver ${driver} is down)`;
  return `${kind.padEnd(12)}  ${actions.join(" ") || "takes no commands"}${state}`;
}
