/** `gatehouse scan`: which devices are on a line, or on the local network, as a piece of a site file. */
import { ConfigError, systemClock, UHPPOTE_PORT } from "@gatehouse/protocol";
import { Command, InvalidArgumentError, Option } from "commander";
import { formatAddress, type LineAddress, LinkUrl, type WireFormat } from "../drivers/line/address.ts";
import { openLine } from "../drivers/line/open-line.ts";
import { adviceFor } from "../scan/advice.ts";
import { scanBoards } from "../scan/boards.ts";
import { BOARDS, PROTOCOLS, scannersFor } from "../scan/protocols.ts";
import { runScan, type ScanResult } from "../scan/run-scan.ts";
import type { OnProgress, Scanner } from "../scan/scanner.ts";
import { partsOf, type SitePart, sitePiece } from "../scan/site-piece.ts";
import { untilSignal } from "./arguments.ts";
import { openLog } from "./log.ts";
import { type Progress, progressBar } from "./progress.ts";
import { inTerminal } from "./terminal-language.ts";

interface ScanFlags {
  readonly protocols?: readonly string[];
  readonly bauds?: readonly number[];
  readonly parity?: WireFormat["parity"];
  readonly thorough?: true;
  readonly broadcast?: { readonly host: string; readonly port: number };
  readonly json?: true;
}

export function scanCommand(): Command {
  return new Command("scan")
    .summary("find the devices on a line or on the local network")
    .description(
      "Asks through a line who is there: OSDP readers, DL/T 645 and CJ/T 188 meters, Modbus units; without a line, UHPPOTE boards on the local " +
        "network. Only reading questions are asked, nothing is changed. Prints a piece of a site file. Stop the gateway first: a port serves one program.",
    )
    .argument(
      "[link]",
      "serial:/dev/serial/by-id/…, tcp:HOST:PORT or rfc2217:HOST:PORT; with ?baud=… only at that rate",
    )
    .option("--protocols <list>", `only these, of ${PROTOCOLS.join(", ")}`, parseProtocols)
    .option("--bauds <list>", "rates to try instead of each protocol's usual ones, as 2400,9600", parseBauds)
    .addOption(new Option("--parity <parity>", "instead of each protocol's usual one").choices(["none", "even", "odd"]))
    .option(
      "--broadcast <address>",
      "where boards are called, as 192.168.1.255; default: everybody on this network",
      parsePlace,
    )
    .option("--thorough", "go on with other rates where devices were found at one")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
Examples:
  gatehouse scan serial:/dev/serial/by-id/usb-FTDI_…    everything, at the usual rates
  gatehouse scan tcp:10.0.0.9:4001 --protocols dlt645   meters behind a device server
  gatehouse scan serial:/dev/ttyUSB0 --protocols osdp,modbus --bauds 9600,115200
  gatehouse scan                                        UHPPOTE boards on this network
  gatehouse scan serial:/dev/ttyUSB0 > found.yaml       the piece of the site file alone

Exits with 0 when something was found, with 1 when nothing answered.`,
    )
    .action(scan);
}

interface Plan {
  readonly address: LineAddress | undefined;
  readonly scanners: readonly Scanner[];
  readonly boards: boolean;
  readonly bauds: readonly number[] | undefined;
}

/** Throws ConfigError for a link that is none, and where nothing could be found. */
function planOf(link: string | undefined, flags: ScanFlags): Plan {
  const address = link === undefined ? undefined : parseLink(link);
  const wanted = flags.protocols ?? PROTOCOLS.filter((name) => (name === BOARDS) === (address === undefined));
  const scanners = address === undefined ? [] : scannersFor(wanted, address);
  const boards = wanted.includes(BOARDS);
  if (scanners.length === 0 && !boards) {
    const where = address === undefined ? "without a line" : `at ${formatAddress(address)}`;
    throw new ConfigError({
      path: "--protocols",
      reason: `${wanted.join(", ")}: nothing of that can be found ${where}`,
      fix:
        address === undefined ? "name the line, as serial:/dev/ttyUSB0" : "port 502 is Modbus TCP: --protocols modbus",
    });
  }
  const own = address !== undefined && /[?&]baud=/.test(link ?? "") ? [address.baud] : undefined;
  return { address, scanners, boards, bauds: flags.bauds ?? own };
}

async function scan(link: string | undefined, flags: ScanFlags): Promise<void> {
  const { address, scanners, boards, bauds } = planOf(link, flags);
  const stop = untilSignal();
  const bar = progressBar("scan", systemClock);
  const log = await openLog("error");
  const lineShare = scanners.length === 0 ? 0 : boards ? 0.95 : 1;
  let result: ScanResult | undefined;
  if (address !== undefined && scanners.length > 0) {
    const onProgress: OnProgress = (done, note) => bar.at(done * lineShare, note);
    const { parity, thorough = false } = flags;
    const rest = { clock: systemClock, log, open: openLine, onProgress };
    result = await runScan({ address, scanners, bauds, parity, thorough, ...rest }, stop);
  }
  const found = boards && !stop.aborted ? await findBoards(bar, lineShare, flags, stop) : undefined;
  report(address, result, found, boards, { bar, json: flags.json === true });
}

async function findBoards(
  bar: Progress,
  from: number,
  { broadcast }: ScanFlags,
  stop: AbortSignal,
): Promise<SitePart | undefined> {
  const onProgress: OnProgress = (done, note) => bar.at(from + done * (1 - from), note);
  return scanBoards({ clock: systemClock, onProgress, ...(broadcast === undefined ? {} : { broadcast }) }, stop);
}

function report(
  address: LineAddress | undefined,
  result: ScanResult | undefined,
  boards: SitePart | undefined,
  askedBoards: boolean,
  { bar, json }: { readonly bar: Progress; readonly json: boolean },
): void {
  const parts = [...partsOf(result?.discoveries ?? []), ...(boards === undefined ? [] : [boards])];
  const count = parts.reduce((sum, { devices }) => sum + devices.length, 0);
  bar.end(`${count} found${result === undefined ? "" : `, ${result.seconds.toFixed(1)} s`}`);
  for (const remark of result?.remarks ?? []) process.stderr.write(`note: ${inTerminal(remark)}\n`);
  if (result?.cut === true) process.stderr.write("note: the search was given up before its end\n");
  if (count === 0) {
    process.stderr.write(
      `${adviceFor(address, askedBoards).replace(/^( {2}- )?(.+)$/gm, (_, mark = "", text) => mark + inTerminal(text))}\n`,
    );
    process.exitCode = 1;
  }
  if (json) process.stdout.write(`${JSON.stringify(asJson(address, result, parts), null, 2)}\n`);
  else if (count > 0) {
    const where = address === undefined ? "the local network" : formatAddress(address);
    process.stdout.write(`${sitePiece(parts, where)}\n`);
  }
}

const asJson = (address: LineAddress | undefined, result: ScanResult | undefined, parts: readonly SitePart[]) => ({
  link: address === undefined ? null : formatAddress(address),
  drivers: parts.map(({ driver }) => driver),
  devices: parts.flatMap(({ driver, devices }) =>
    devices.map(({ id, about, keys }) => ({ id, driver: driver.id, ...keys, about })),
  ),
  remarks: result?.remarks ?? [],
  tried: result?.tried ?? [],
  seconds: result?.seconds ?? null,
  complete: result?.cut !== true,
});

function parseLink(text: string): LineAddress {
  const parsed = LinkUrl.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new ConfigError({ path: "link", reason: parsed.error.issues[0]?.message ?? `"${text}" is no line` });
}

function parseProtocols(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !PROTOCOLS.includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is unknown. Known: ${PROTOCOLS.join(", ")}`);
  return names;
}

function parseBauds(text: string): readonly number[] {
  const bauds = text.split(",").map(Number);
  if (!bauds.every((baud) => Number.isInteger(baud) && baud >= 300 && baud <= 4_000_000))
    throw new InvalidArgumentError("write rates from 300 to 4000000 with commas between, as 2400,9600");
  return bauds;
}

function parsePlace(text: string): { readonly host: string; readonly port: number } {
  const [, host = "", port = UHPPOTE_PORT] = /^([A-Za-z0-9.-]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === "" || Number(port) > 65_535) throw new InvalidArgumentError("write it as HOST or HOST:PORT");
  return { host, port: Number(port) };
}
