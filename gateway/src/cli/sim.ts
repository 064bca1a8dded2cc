/** `gatehouse sim`: a simulated compound, its devices real MQTT clients. */
import { formatTime } from "@gatehouse/protocol";
import { Command, Option } from "commander";
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
  readonly baud?: string;
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
    .option("--baud <rate>", "with --device: bytes take the time they take at this rate")
    .addOption(new Option("--log-level <level>", "what is logged").choices(LOG_LEVELS).default("info"))
    .addOption(new Option("--clock <anchor>", "world clock as WORLDMS,REALMS,SCALE (demo and tests)").hideHelp())
    .addHelpText(
      "after",
      '\nExamples:\n  gatehouse sim --write-site site.yaml\n  gatehouse sim --url mqtt://127.0.0.1:1883 --seed 7\n  gatehouse sim --replay march.ndjson --seed 7\n  gatehouse sim --labelled dormitory --seed 7 --out dormitory-7/\n  gatehouse sim --device "osdp-reader?address=3" --listen tcp:4001\n',
    )
    .action(sim);
}

async function sim(flags: SimFlags): Promise<void> {
  const { labelled } = flags;
  if (labelled !== undefined) return (await import("./sim-labelled.ts")).writeLabelled({ ...flags, labelled });
  const { device } = flags;
  if (device !== undefined) return (await import("./sim-devices.ts")).simDevices({ ...flags, device });
  const clock = clockFor(flags.clock);
  const { readScenario, replayLines, runSim, siteFor, startOf } = await import("@gatehouse/device-sim");
  const scenario = readScenario(flags.scenario);
  if (flags.writeSite !== undefined) {
    const { stringify } = await import("yaml");
    const { writeFileSync } = await import("node:fs");
    writeFileSync(flags.writeSite, stringify({ ...siteFor(scenario), broker: { anonymousLoopback: true } }));
    process.stdout.write(`${flags.writeSite} is written\n`);
    return;
  }
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
    journalDir: journal,
    onProgress: (progress) => log.info({ ...progress, time: formatTime(progress.nowMs, zone) }, "progress"),
  });
}
