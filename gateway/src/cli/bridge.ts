/** `gatehouse bridge`: runs the door boards of a site file, a process each, as clients of the gateway's broker. */
import { readFileSync } from "node:fs";
import type { BridgedBoard } from "@gatehouse/firmware-bridge";
import { ConfigError, devicesOfBoard, parseAnchor } from "@gatehouse/protocol";
import { Command, Option } from "commander";
import { loadSite } from "../config.ts";
import { driverTypes } from "../drivers/index.ts";
import { uplinkTypes } from "../uplinks/index.ts";
import { clockFor, untilSignal } from "./arguments.ts";
import { LOG_LEVELS, type LogLevel, openLog } from "./log.ts";

interface BridgeFlags {
  readonly site: string;
  readonly url?: string;
  readonly ca?: string;
  readonly board?: readonly string[];
  readonly logLevel: LogLevel;
  readonly clock?: string;
}

export function bridgeCommand(): Command {
  return new Command("bridge")
    .summary("run the door boards of a site")
    .description(
      "Owns the boards of the section `boards`: a process for each, started anew whenever it ends. Each device of a board is a client of the " +
        "gateway's broker with its own password. What a board counted while the gateway or this program was away comes later; nothing is " +
        "acknowledged to a board before it is on the gateway's disk.",
    )
    .requiredOption("--site <file>", "the site file the gateway runs with")
    .option("--url <url>", "the gateway's broker; default: where the site file has it listen, on this machine")
    .option("--ca <file>", "certificate authority for an mqtts:// url, PEM")
    .option("--board <id>", "only this board; again for more", (text: string, before: readonly string[] = []) => [
      ...before,
      text,
    ])
    .addOption(new Option("--log-level <level>", "what is logged").choices(LOG_LEVELS).default("info"))
    .addOption(new Option("--clock <anchor>", "world clock as WORLDMS,REALMS,SCALE (demo and tests)").hideHelp())
    .addHelpText(
      "after",
      `
Examples:
  gatehouse bridge --site site.yaml                                  beside \`gatehouse run\`
  gatehouse bridge --site site.yaml --board node-302
  gatehouse bridge --site site.yaml --url mqtts://10.0.0.2:8883 --ca ca.pem`,
    )
    .action(bridge);
}

async function bridge(flags: BridgeFlags): Promise<void> {
  const signal = untilSignal();
  const boards = boardsOf(flags);
  const [log, { runBridge }] = await Promise.all([openLog(flags.logLevel), import("@gatehouse/firmware-bridge")]);
  const onProcess = (board: string, pid: number) => log.info({ board, pid }, "board process starts");
  await runBridge({ boards, clock: clockFor(flags.clock), log, random: Math.random, onProcess }, signal);
}

/** Throws ConfigError. */
function boardsOf({ site: file, url, ca, board: wanted, clock }: BridgeFlags): BridgedBoard[] {
  const loaded = loadSite(file, { driverTypes, uplinkTypes });
  const { boards, devices, broker } = loaded.site;
  const unknown = wanted?.find((id) => !boards.some((board) => board.id === id));
  if (unknown !== undefined)
    throw new ConfigError({
      path: "--board",
      reason: `there is no board "${unknown}"`,
      fix: "see `boards` in the site file",
    });
  const chosen = boards.filter(({ id }) => wanted?.includes(id) ?? true);
  if (chosen.length === 0)
    throw new ConfigError({
      path: "boards",
      reason: "the site file names no board",
      fix: "docs/door-boards.md has an example",
    });
  const passwordOf = new Map(devices.map(({ id, password }) => [id, password]));
  const anchor = clock === undefined ? undefined : parseAnchor(clock);
  const access = {
    url: url ?? `mqtt://${hereOf(broker.listen)}`,
    ...(ca === undefined ? {} : { ca: readFileSync(ca, "utf8") }),
  };
  return chosen.map((board) => ({
    board,
    broker: access,
    ...(anchor === undefined ? {} : { anchor }),
    passwords: Object.fromEntries(
      devicesOfBoard(board).flatMap(({ device }) => {
        const ref = passwordOf.get(device);
        return ref === undefined ? [] : [[device, loaded.secret(ref).toString()]];
      }),
    ),
  }));
}

/** A broker that listens everywhere is reached on loopback. */
const hereOf = (listen: string): string => listen.replace(/^(0\.0\.0\.0|\[::\])/, "127.0.0.1");
