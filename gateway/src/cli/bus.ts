/** `gatehouse bus`, the bus doctor: what is said on a line, how well, and what is wrong with it. */
import { ConfigError, type Device, type LinkError, systemClock } from "@gatehouse/protocol";
import { Command, InvalidArgumentError } from "commander";
import type { Entry } from "../bus-doctor/entry.ts";
import { openRecorder, type RecordingHeader, readRecording } from "../bus-doctor/recording.ts";
import { openScreen } from "../bus-doctor/screen.ts";
import { dialogueLine, reportText } from "../bus-doctor/table.ts";
import { type LineReport, SOMEBODY, Tally } from "../bus-doctor/tally.ts";
import { untilSignal } from "./arguments.ts";
import { openBusLine } from "./bus-line.ts";
import { inTerminal, terminalLanguage } from "./terminal-language.ts";

interface BusFlags {
  readonly site?: string;
  readonly state?: string;
  readonly seconds?: number;
  readonly record?: string;
  readonly replay?: string;
  readonly json?: true;
}

export function busCommand(): Command {
  return new Command("bus")
    .summary("look at a serial line: who answers, how fast, what is wrong, every byte")
    .description(
      "Opens the line of one driver of the site file itself, runs that driver, and shows who answers and how fast, error rates, duplicate " +
        "addresses, noise, and the dialogue in hex with its meaning. Cards, PINs and keys are masked. Stop the gateway first: what devices " +
        "report meanwhile is counted and not kept.",
    )
    .argument("[driver]", "id of the driver whose line it is; needed when the site has several lines")
    .option("--site <file>", "the site file")
    .option("--state <dir>", "the gateway's state folder; needed where devices have keys that the gateway keeps")
    .option("--seconds <n>", "stop by itself after so many seconds; default: with Ctrl-C", parseSeconds)
    .option("--record <file>", "write the dialogue to a new file, a JSON object a line")
    .option("--replay <file>", "show a recorded dialogue and its figures; opens no line")
    .option("--json", "print the figures alone, as one JSON object, at the end")
    .addHelpText(
      "after",
      `
Examples:
  gatehouse bus --site site.yaml                          the only line of the site, until Ctrl-C
  gatehouse bus --site site.yaml meters --seconds 60      the line of driver "meters" for a minute
  gatehouse bus --site site.yaml bus-1 --record bus.ndjson
  gatehouse bus --replay bus.ndjson                       look at it again, elsewhere

In the dialogue -> is what the gateway said, <- a whole frame it heard, ~~ noise or a damaged frame.`,
    )
    .action((driver: string | undefined, flags: BusFlags) =>
      flags.replay === undefined ? examineLine(driver, flags) : replayFile(flags.replay, flags),
    );
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds <= 0 || seconds > 1e6)
    throw new InvalidArgumentError("write a number of seconds, as 60");
  return seconds;
}

async function examineLine(id: string | undefined, flags: BusFlags): Promise<void> {
  if (flags.site === undefined) {
    const fix = "add --site site.yaml, or --replay FILE for a recorded dialogue";
    throw new ConfigError({ path: "--site", reason: "which site file?", fix });
  }
  const stop = untilSignal();
  using line = await openBusLine({
    site: flags.site,
    ...(flags.state === undefined ? {} : { state: flags.state }),
    ...(id === undefined ? {} : { driver: id }),
  });
  const { driver, link, characterMs, unasked } = line;
  const devices = namesOf(driver.devices);
  const nameOf = (address: string) => devices[address];
  const tally = new Tally({ characterMs, nameOf, unasked });
  const language = terminalLanguage(process.env);
  const figures = () => reportText(tally.report(), nameOf, language);
  const head = () => inTerminal(`${driver.id} (${driver.row.type}) on ${link}, Ctrl-C ends`);
  const facts = { driver: driver.id, type: driver.row.type, link, characterMs, unasked, devices };
  const recorder = flags.record === undefined ? undefined : await openRecorder(flags.record, facts);
  const screen = flags.json ? undefined : openScreen(systemClock, process.stdout, head, figures, language);
  const note = (entry: Entry) => {
    tally.note(entry);
    recorder?.note(entry);
    screen?.note(entry);
  };
  const lost = (error: LinkError) => screen?.say(inTerminal(`!! ${error.message}; trying again`));
  const signal =
    flags.seconds === undefined ? stop : AbortSignal.any([stop, AbortSignal.timeout(flags.seconds * 1_000)]);
  try {
    const { readings, codes } = await line.examine({ onEntry: note, onLost: lost }, signal);
    if (flags.json)
      print({ driver: driver.id, type: driver.row.type, link, readings, codes, ...named(tally.report(), nameOf) });
  } finally {
    screen?.end(tally.isEmpty);
    await recorder?.close();
  }
}

async function replayFile(path: string, flags: BusFlags): Promise<void> {
  const language = terminalLanguage(process.env);
  let header: RecordingHeader | undefined;
  let tally = new Tally({ characterMs: 1, nameOf: () => undefined });
  const nameOf = (address: string) => header?.devices[address];
  await readRecording(
    path,
    (entry) => {
      tally.note(entry);
      if (!flags.json) process.stdout.write(`${dialogueLine(entry, language)}\n`);
    },
    (found) => {
      header = found;
      tally = new Tally({ characterMs: found.characterMs, nameOf, unasked: found.unasked });
    },
  );
  const report = tally.report();
  if (flags.json) print({ driver: header?.driver, type: header?.type, link: header?.link, ...named(report, nameOf) });
  else {
    const head = inTerminal(`${header?.driver} (${header?.type}) on ${header?.link}`);
    process.stdout.write(`\n${head}\n${reportText(report, nameOf, language)}\n`);
  }
}

/** Each address with its device of the site file. */
function named(report: LineReport, nameOf: (address: string) => string | undefined): object {
  return { ...report, addresses: report.addresses.map((row) => ({ device: nameOf(row.address), ...row })) };
}

const print = (value: object): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);

/** Device ids by address; drivers call it address or unit. A device without one is alone on its line. */
function namesOf(devices: readonly Device[]): Readonly<Record<string, string>> {
  const named = devices.flatMap((device) =>
    [device["address"], device["unit"]]
      .filter((at) => typeof at === "string" || typeof at === "number")
      .map((at) => [String(at), device.id]),
  );
  const [only] = devices;
  if (only !== undefined && devices.length === 1) named.push([SOMEBODY, only.id]);
  return Object.fromEntries(named);
}
