/** `gatehouse firmware`: one door board without a gateway: a look at it, its own test, its program. */
import type { BoardFacts, Inspection, SelfTest } from "@gatehouse/firmware-bridge";
import { systemClock } from "@gatehouse/protocol";
import { Command } from "commander";
import { flashCommand } from "./firmware-flash.ts";
import { setCommand } from "./firmware-set.ts";

interface FirmwareFlags {
  readonly json?: true;
}

export function firmwareCommand(): Command {
  const firmware = new Command("firmware")
    .summary("door boards: what is on one, does it work, and a new program for it")
    .description("Asks a door board itself. Stop `gatehouse bridge` first: a port serves one program.");
  firmware.addHelpText("after", EXAMPLES);
  const sub = (
    name: string,
    description: string,
    work: (inspection: Inspection, flags: FirmwareFlags) => Promise<void>,
  ) =>
    firmware.addCommand(
      new Command(name)
        .description(description)
        .argument("<link>", "serial:/dev/serial/by-id/…, usb:VENDOR:PRODUCT[:SERIAL] or tcp:HOST:PORT")
        .option("--json", "print the result as JSON")
        .exitOverride()
        .showHelpAfterError("(gatehouse help firmware explains it)")
        .action((link: string, flags: FirmwareFlags) => withBoard(link, (inspection) => work(inspection, flags))),
    );
  sub("show", "firmware, chip, starts, events that wait, totals, inputs, settings", async (inspection, { json }) => {
    const facts = await inspection.facts();
    print(json ? JSON.stringify(facts, null, 2) : describe(facts));
  });
  sub(
    "selftest",
    "what the board finds wrong with itself; exit code 1 when there is something",
    async (inspection, { json }) => {
      const result = await inspection.selfTest();
      print(json ? JSON.stringify(result, null, 2) : verdict(result));
      if (result.problems.length > 0) process.exitCode = 1;
    },
  );
  firmware.addCommand(flashCommand());
  firmware.addCommand(setCommand());
  return firmware;
}

const EXAMPLES = `
Examples:
  gatehouse firmware show serial:/dev/serial/by-id/usb-Arduino_…
  gatehouse firmware show usb:2341:0043 --json
  gatehouse firmware selftest tcp:10.0.0.9:4001
  gatehouse firmware flash usb:2341:0043
  gatehouse firmware set usb:2341:0043 gap=30

Exits with 0 when all is well, 1 when the board found something or did not answer, 78 when the link is none.`;

async function withBoard(link: string, work: (inspection: Inspection) => Promise<void>): Promise<void> {
  const { inspectBoard, openWire, parsePlace } = await import("@gatehouse/firmware-bridge");
  const wire = await openWire(parsePlace(link));
  try {
    await work(inspectBoard(wire, systemClock));
  } finally {
    wire.close();
  }
}

const listed = (names: readonly string[]): string => (names.length === 0 ? "none" : names.join(", "));

function describe({ firmware, chip, boot, journal, cause, upMs, events, totals, state, config }: BoardFacts): string {
  const settings = Object.entries(config).map(([name, value]) => `  ${name.padEnd(14)} ${value}`);
  return [
    `door node ${firmware} on ${chip}`,
    `start ${boot} (${listed(cause)}), journal ${journal}, its clock at ${Math.round(upMs / 1_000)} s`,
    `events: ${events.held} waiting, room for ${events.ring}, ${events.lost} lost`,
    `totals: ${totals.in} in, ${totals.out} out`,
    `now: ${listed(state)}`,
    "settings:",
    ...settings,
  ].join("\n");
}

function verdict({ problems, stackBytes, loopUs, overruns, records }: SelfTest): string {
  return [
    problems.length === 0 ? "no problems" : `problems: ${problems.join(", ")}`,
    `stack never below ${stackBytes} bytes, longest loop ${loopUs} us, ${overruns} bytes lost on the line, ${records} EEPROM records written`,
  ].join("\n");
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
