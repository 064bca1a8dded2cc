/** `gatehouse uplink`: how the uplinks of the gateway stand, what was refused, sending it again, and trying one. */
import { LinkError, systemClock } from "@gatehouse/protocol";
import { Command } from "commander";
import { z } from "zod";
import { inTerminal } from "./terminal-language.ts";
import { showRejected, showStatus } from "./uplink-screen.ts";

interface Flags {
  readonly state: string;
  readonly json?: true;
  readonly sequence?: readonly number[];
}

const PATIENCE_MS = 12_000;
const DEFAULT_STATE = "/var/lib/gatehouse";
const Resent = z.object({ resent: z.int(), readings: z.int() });

const EXAMPLES = `
Examples:
  gatehouse uplink status                                     what waits, what was sent, what is wrong
  gatehouse uplink rejected city                              what the platform refused, and why
  gatehouse uplink resend city                                send all of it again, under new numbers and the same ids
  gatehouse uplink resend city --sequence 41 --sequence 57
  gatehouse uplink test city --site site.yaml --dry-run       what would be sent, signed and mapped
  gatehouse uplink test city --site site.yaml                 send a test event; needs no running gateway
  gatehouse uplink test city --site site.yaml --alert alert.json

Exits with 0 when it worked, 1 when the platform said no, 69 when no gateway runs there or the platform cannot be reached, 78 when the
configuration must change.`;

export function uplinkCommand(): Command {
  const asked = (name: string) =>
    new Command(name)
      .option("--state <dir>", "the state folder of the gateway, as given to `gatehouse run`", DEFAULT_STATE)
      .option("--json", "print the result as JSON");
  const status = asked("status").description("how every uplink stands").action(tellStatus);
  const rejected = asked("rejected").description("what a platform refused").argument("<uplink>").action(tellRejected);
  const resend = asked("resend")
    .description("send again what a platform refused")
    .argument("<uplink>")
    .option("--sequence <n>", "only this one; may be given several times", collect)
    .action(askResend);
  const test = new Command("test")
    .description("send a test event, or print what would be sent; needs no running gateway")
    .argument("<uplink>", "its id in the site file")
    .requiredOption("--site <file>", "the site file")
    .option("--alert <file>", "an alert as JSON in place of a health event")
    .option("--dry-run", "send nothing, print it")
    .action(async (uplink: string, flags: { site: string; alert?: string; dryRun?: true }) => {
      const { testUplink } = await import("./uplink-test.ts");
      await orAway(() => testUplink(uplink, flags));
    });
  const command = new Command("uplink")
    .summary("see, try and repair the ways to the platforms")
    .description("Shows how the uplinks stand, tries one, and sends again what was refused.")
    .addHelpText("after", EXAMPLES);
  for (const one of [status, test, rejected, resend])
    command.addCommand(one.exitOverride().showHelpAfterError("(gatehouse uplink --help explains it)"));
  return command;
}

const collect = (value: string, before: readonly number[] = []): readonly number[] => [...before, Number(value)];

async function ask(flags: Flags, request: string, params: object): Promise<unknown> {
  const { askGateway } = await import("../control/client.ts");
  return askGateway({ dir: flags.state, request, params, timeoutMs: PATIENCE_MS, clock: systemClock });
}

const print = (flags: Flags, value: unknown, show: (value: unknown) => string): void => {
  process.stdout.write(`${flags.json ? JSON.stringify(value) : show(value)}\n`);
};

const tellStatus = (flags: Flags): Promise<void> =>
  orAway(async () => print(flags, await ask(flags, "uplinks", {}), showStatus));

const tellRejected = (uplink: string, flags: Flags): Promise<void> =>
  orAway(async () => print(flags, await ask(flags, "uplink-rejected", { uplink }), showRejected));

const askResend = (uplink: string, flags: Flags): Promise<void> =>
  orAway(async () => {
    const { sequence } = flags;
    const params = { uplink, ...(sequence === undefined ? {} : { sequences: sequence }) };
    print(flags, await ask(flags, "uplink-resend", params), (answer) => {
      const { resent, readings } = Resent.parse(answer);
      const left = readings === 0 ? "" : `; ${readings} readings or repeats are not sent again`;
      return `${resent} waiting again${left}`;
    });
  });

/** Nobody there has an exit code of its own. */
async function orAway(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    process.stderr.write(`gatehouse: ${inTerminal(error.message)}\n`);
    process.exitCode = 69;
  }
}
