/** `gatehouse sim`: a simulated compound, its devices real MQTT clients. */
import { dirname, join } from "node:path";
import type { Scenario } from "@gatehouse/device-sim";
import { ConfigError, formatTime } from "@gatehouse/protocol";
import { Command, InvalidArgumentError, Option } from "commander";
import { clockFor, untilSignal } from "./arguments.ts";
import { LOG_LEVELS, type LogLevel, openLog } from "./log.ts";

interface SimFlags {
  readonly scenario: string;
  readonly seed: string;
  readonly url: string;
  readonly journal?: string;
  readonly format: "json" | "protobuf";
  readonly writeSite?: string;
  readonly replay?: string;
  readonly labelled?: string;
  readonly out?: string;
  readonly people?: string;
  readonly faults?: string;
  readonly days?: string;
  readonly spaces?: string;
  readonly device?: readonly string[];
  readonly listen?: string;
  readonly line?: Readonly<Record<string, string>>;
  readonly baud?: string;
  readonly bridge?: string;
  readonly user?: string;
  readonly passwordEnv?: string;
  readonly logLevel: LogLevel;
  readonly clock?: string;
}

export function simCommand(): Command {
  return new Command("sim")
    .summary("simulate a compound's devices and people")
    .description(
      "Connects the devices of a scenario to a gateway as independent MQTT clients and lets its people come, go and sleep. A device keeps what was not acknowledged and sends it again.",
    )
    .option("--scenario <name|file>", "compound, load, or a scenario file", "compound")
    .option("--seed <seed>", "the same seed gives the same people", "1")
    .option("--url <url>", "the gateway's broker", "mqtt://127.0.0.1:1883")
    .option(
      "--line <id=place>",
      "serve this line of the scenario at tcp:[HOST:]PORT, pty:PATH or, for boards, udp:[HOST:]PORT; again for more lines; default: ports from 4001 on",
      parseLine,
    )
    .option("--journal <dir>", "folder for the devices' own journals; without it they are in memory")
    .addOption(
      new Option("--format <format>", "how readings are written").choices(["json", "protobuf"]).default("json"),
    )
    .option("--write-site <file>", "only write the site file that matches the scenario, and end")
    .option("--replay <file>", "only write the scenario's readings for gatehouse replay, in virtual time, and end")
    .option(
      "--labelled <kind>",
      "only write a site with known truth, and end: compound, lock-only, dormitory, construction, all-sensors, meters",
    )
    .option("--out <dir>", "with --labelled: the folder for site.yaml, readings, truth and occupancy")
    .option("--people <world>", "with --labelled: nominal, social or evasive")
    .option("--faults <world>", "with --labelled: none, nominal or heavy")
    .option("--days <n>", "with --labelled: how long the site is watched")
    .option("--spaces <n>", "with --labelled: how many flats, rooms or sheds")
    .option(
      "--device <name?key=value>",
      "run this device on a line of its own instead of a scenario; again for more devices on the line",
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
    )
    .option(
      "--listen <address>",
      "with --device: tcp:[HOST:]PORT, pty:PATH for a serial line, udp:[HOST:]PORT for boards",
    )
    .option("--bridge <name>", "run zigbee2mqtt, or a discovered device, at --url instead of a scenario")
    .option("--user <name>", "with --bridge: its account")
    .option("--password-env <variable>", "with --bridge: the variable that holds its password")
    .option("--baud <rate>", "with --device: bytes take the time they take at this rate")
    .addOption(new Option("--log-level <level>", "what is logged").choices(LOG_LEVELS).default("info"))
    .addOption(new Option("--clock <anchor>", "world clock as WORLDMS,REALMS,SCALE (demo and tests)").hideHelp())
    .addHelpText(
      "after",
      '\nExamples:\n  gatehouse sim --write-site site.yaml\n  gatehouse sim --url mqtt://127.0.0.1:1883 --seed 7\n  gatehouse sim --line electricity=tcp:0.0.0.0:4101 --line gate=pty:/tmp/gate\n  gatehouse sim --replay march.ndjson --seed 7\n  gatehouse sim --labelled dormitory --seed 7 --out dormitory-7/\n  gatehouse sim --device "osdp-reader?address=3" --listen tcp:4001\n  gatehouse sim --bridge zigbee2mqtt --user z2m --password-env Z2M_PW\n',
    )
    .action(sim);
}

function parseLine(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, id, place] = /^([^=]+)=((?:tcp|pty|udp):.+)$/.exec(text) ?? [];
  if (id === undefined || place === undefined)
    throw new InvalidArgumentError(
      "write it as LINE=tcp:127.0.0.1:4001, LINE=pty:/tmp/bus-1, or LINE=udp:127.0.0.1:60000 for boards",
    );
  return { ...before, [id]: place };
}

async function sim(flags: SimFlags): Promise<void> {
  const { labelled } = flags;
  if (labelled !== undefined) return (await import("./sim-labelled.ts")).writeLabelled({ ...flags, labelled });
  const { bridge } = flags;
  if (bridge !== undefined) return (await import("./sim-bridge.ts")).simBridge({ ...flags, bridge });
  const { device } = flags;
  if (device !== undefined) return (await import("./sim-devices.ts")).simDevices({ ...flags, device });
  const clock = clockFor(flags.clock);
  const { readScenario, replayLines, runSim, startOf } = await import("@gatehouse/device-sim");
  const scenario = readScenario(flags.scenario);
  const places = placesOf(scenario, flags.line);
  if (flags.writeSite !== undefined) return writeSite(flags.writeSite, scenario, places);
  if (flags.replay !== undefined) {
    const { writeFileSync } = await import("node:fs");
    const lines = [...replayLines({ scenario, seed: flags.seed, startMs: startOf(scenario) })];
    writeFileSync(flags.replay, lines.map((line) => `${line}\n`).join(""));
    process.stdout.write(`${flags.replay} is written: ${lines.length} readings\n`);
    return;
  }
  const log = await openLog(flags.logLevel);
  const { format, journal, seed, url } = flags;
  const signal = untilSignal();
  const zone = scenario.site.timezone;
  // A scaled clock is anchored at the scenario's start; on the system's clock the scenario begins now.
  const startMs = flags.clock === undefined ? undefined : startOf(scenario);
  await runSim({
    scenario,
    startMs,
    seed,
    url,
    clock,
    log,
    signal,
    format,
    places,
    journalDir: journal,
    onProgress: (progress) => log.info({ ...progress, time: formatTime(progress.nowMs, zone) }, "progress"),
  });
}

function placesOf({ lines }: Scenario, given: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const ids = lines.map(({ id }) => id);
  const odd = Object.keys(given).find((id) => !ids.includes(id));
  if (odd === undefined) return given;
  const fix = ids.length === 0 ? "leave --line out" : `there are ${ids.join(", ")}`;
  throw new ConfigError({ path: "--line", reason: `the scenario has no line "${odd}"`, fix });
}

async function writeSite(file: string, scenario: Scenario, places: Readonly<Record<string, string>>): Promise<void> {
  const { secretsFor, siteFor } = await import("@gatehouse/device-sim");
  const { stringify } = await import("yaml");
  const { writeFileSync } = await import("node:fs");
  writeFileSync(file, stringify({ ...siteFor(scenario, { places }), broker: { anonymousLoopback: true } }));
  const secrets = Object.entries(secretsFor(scenario));
  for (const [name, text] of secrets) writeFileSync(join(dirname(file), name), text, { mode: 0o600 });
  const beside = secrets.length === 0 ? "" : `, with ${secrets.map(([name]) => name).join(", ")} beside it`;
  process.stdout.write(`${file} is written${beside}\n`);
}
