/** `gatehouse run`: the gateway itself. */
import { systemClock } from "@gatehouse/protocol";
import { Command, Option } from "commander";
import type { ClaimText } from "../claim-text.ts";
import type { Logger } from "../core/ports.ts";
import { type Address, clockFor, parseAddress, parseMegabytes, untilSignal } from "./arguments.ts";
import { LOG_LEVELS, type LogLevel, openLog } from "./log.ts";

interface RunFlags {
  readonly site: string;
  readonly state: string;
  readonly monitor: Address;
  readonly budget: number;
  readonly ballast: number;
  readonly logLevel: LogLevel;
  readonly clock?: string;
}

export function runCommand(): Command {
  return new Command("run")
    .summary("run the gateway")
    .description(
      "Runs the gateway of one site until SIGTERM or Ctrl-C, then ends in order within 5 s and loses nothing.",
    )
    .requiredOption("--site <file>", "the site file (gatehouse init writes one)")
    .requiredOption("--state <dir>", "folder for everything the gateway remembers; one gateway a folder")
    .option("--monitor <host:port>", "where /metrics and /healthz are served", parseAddress, {
      host: "127.0.0.1",
      port: 9464,
    })
    .option("--budget <MB>", "disk space the data may take", parseMegabytes, 2_000_000_000)
    .option("--ballast <MB>", "disk space held back for a full disk", parseMegabytes, 16_000_000)
    .addOption(new Option("--log-level <level>", "what is logged").choices(LOG_LEVELS).default("info"))
    .addOption(new Option("--clock <anchor>", "world clock as WORLDMS,REALMS,SCALE (demo and tests)").hideHelp())
    .addHelpText("after", "\nExample:\n  gatehouse run --site site.yaml --state /var/lib/gatehouse\n")
    .action(run);
}

async function run(flags: RunFlags): Promise<void> {
  const signal = untilSignal();
  const [log, { runGateway }] = await Promise.all([openLog(flags.logLevel), import("../main.ts")]);
  const options = {
    siteFile: flags.site,
    stateDir: flags.state,
    clock: clockFor(flags.clock),
    log,
    budgetBytes: flags.budget,
    ballastBytes: flags.ballast,
    monitor: flags.monitor,
  };
  await runGateway(
    options,
    ({ site, mqtt, monitorPort, console, readyMs, recoveredInputs }) => {
      const fields = {
        site: site.site.site.id,
        mqtt,
        monitorPort,
        ...(console === undefined ? {} : { console: console.url }),
        readyMs: Math.round(readyMs),
        recoveredInputs,
        sinceStartMs: Math.round(systemClock.monoMs()),
      };
      log.info(fields, "ready");
      if (console?.claim !== undefined) showClaim(log, console.claim);
    },
    signal,
  );
  log.info({}, "stopped");
}

/** Once, at the first start: the only way in before there is an account. On a terminal also as a picture for a phone. */
function showClaim(log: Logger, { code, link, minutes, text }: ClaimText): void {
  log.info({ code, link, minutes }, "the console waits to be claimed with this code");
  if (process.stderr.isTTY) process.stderr.write(`\n${text}`);
}
