/** `gatehouse rollcall`: how many people are where right now, as columns, as JSON, or as a page for the printer. */
import { writeFileSync } from "node:fs";
import { ConfigError } from "@gatehouse/protocol";
import { Command } from "commander";
import type { RollCall, RollCallSpace } from "../monitor/roll-call.ts";
import { askRunning, orAway } from "./running.ts";

interface RollCallFlags {
  readonly state: string;
  readonly json?: true;
  readonly html?: string;
}

const PATIENCE_MS = 5_000;

const EXAMPLES = `
Numbers only, never names. The interval beside a number holds with a chance of 80 %; "since" is when the number last changed. Spaces nothing
is known of are listed by name: somebody has to look there.

Examples:
  gatehouse rollcall                              a list for the screen or \`| lp\`
  gatehouse rollcall --html roll-call.html        a page for A4, in Chinese and English
  gatehouse rollcall --json --state ./state

Exits with 0, 69 when no gateway runs there, 75 when there was no answer in time.`;

export function rollCallCommand(): Command {
  return new Command("rollcall")
    .summary("how many people are where right now, printable")
    .description(
      "Lists the people present in each space now, from the gateway that runs on this box. Needs no platform.",
    )
    .option("--state <dir>", "the state folder of the gateway, as given to `gatehouse run`", "/var/lib/gatehouse")
    .option("--html <file>", "write a page for the printer instead")
    .option("--json", "print the list as JSON")
    .addHelpText("after", EXAMPLES)
    .action(print);
}

async function print(flags: RollCallFlags): Promise<void> {
  await orAway(flags, async () => {
    const call = (await askRunning(flags, "rollcall", {}, PATIENCE_MS)) as RollCall;
    if (flags.html !== undefined) await writePage(flags.html, call);
    if (flags.json) process.stdout.write(`${JSON.stringify(call)}\n`);
    else if (flags.html === undefined) process.stdout.write(columns(call));
    else process.stdout.write(`${flags.html}: ${call.total.present} people in ${call.spaces.length} spaces\n`);
  });
}

async function writePage(file: string, call: RollCall): Promise<void> {
  const { rollCallPage } = await import("./roll-call-page.ts");
  try {
    writeFileSync(file, rollCallPage(call));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError({ path: "--html", reason, fix: "name a file in a folder you may write to" }, { cause });
  }
}

const HEAD = ["space", "name", "people", "between", "since", ""] as const;

function columns(call: RollCall): string {
  const { at, site, fire, total, spaces, unjudged, unknown, startedAt } = call;
  const rows = [...spaces, ...unjudged].map(rowOf);
  const widths = HEAD.map((title, i) => Math.max(widthOf(title), ...rows.map((row) => widthOf(row[i] ?? ""))));
  const line = (row: readonly string[]) =>
    `${row
      .map((cell, i) => pad(cell, widths[i] ?? 0))
      .join("  ")
      .trimEnd()}\n`;
  const parts = [
    `Roll call ${site.name} (${site.id}), ${clockTime(at)}\n`,
    fire.length === 0 ? "" : `FIRE: ${fire.join(", ")}\n`,
    `TOTAL ${total.present} people, between ${total.low} and ${total.high}${withoutUnknown(unknown.length)}\n\n`,
    rows.length === 0 ? "" : line(HEAD),
    ...spaces.map(rowOf).map(line),
    unjudged.length === 0 ? "" : "\nNot judged, in minus out; may be counted in a room too, not in the total:\n",
    ...unjudged.map(rowOf).map(line),
    unknown.length === 0 ? "" : "\nNOT KNOWN WELL ENOUGH, somebody has to look:\n",
    ...unknown.map(({ space, name, why }) => `${space}${name === space ? "" : `  ${name}`}: ${why}\n`),
    `\n"-" under since: since before the gateway started (${clockTime(startedAt)}). "!": a device cannot be heard, the number may be old.\n`,
  ];
  return parts.join("");
}

const withoutUnknown = (spaces: number): string =>
  spaces === 0 ? "" : `, without ${spaces === 1 ? "1 space that is" : `${spaces} spaces that are`} not known`;

function rowOf({ space, name, present, low, high, since, silent }: RollCallSpace): string[] {
  const shown = name === space ? "" : name;
  const doubt = silent.length === 0 ? "" : `! ${silent.join(", ")}`;
  return [space, shown, String(present), `${low}-${high}`, since === null ? "-" : clockTime(since), doubt];
}

const clockTime = (time: string): string => time.slice(0, 19).replace("T", " ");

/** Chinese characters take two columns. */
const widthOf = (text: string): number => [...text].reduce((sum, sign) => sum + (sign > "\u2e7f" ? 2 : 1), 0);
const pad = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)));
