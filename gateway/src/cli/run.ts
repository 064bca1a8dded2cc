/** `gatehouse run`: the gateway itself. */
import { randomBytes } from "node:crypto";
import { LinkError, systemClock } from "@gatehouse/protocol";
import { Command, Option } from "commander";
import type { ClaimText } from "../claim-text.ts";
import type { Configuration } from "../configuration/configuration.ts";
import type { Refused } from "../configuration/run-reconfigurable.ts";
import type { Logger } from "../core/ports.ts";
import type { Running } from "../main.ts";
import { LogRing } from "../monitor/log-ring.ts";
import type { OpenedConsole } from "../open-console.ts";
import { type Address, clockFor, parseAddress, parseMegabytes, untilSignal } from "./arguments.ts";
import { LOG_LEVELS, type LogLevel, openLog } from "./log.ts";

/** From the word that something hangs until the process ends all the same: the other stages, the last snapshot and the store take their time. */
const EXIT_MS = 15_000;

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
      "Runs the gateway of one site until SIGTERM or Ctrl-C, then ends in order within 5 s and loses nothing. SIGHUP, or `gatehouse config reload`, makes it start anew with the site file as it stands then; a file that is wrong is refused, and the one before goes on.",
    )
    .requiredOption(
      "--site <file>",
      "the site file (gatehouse init writes one); where there is none and the state folder is empty, a new site's is made",
    )
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
  const logs = new LogRing();
  let reload = (): void => {};
  const signal = untilSignal(() => reload());
  const [log, { runGateway }, { Configuration }, { checkedChanges }, { Changes, runReconfigurable }, { writeNewSite }] =
    await Promise.all([
      openLog(flags.logLevel, logs),
      import("../main.ts"),
      import("../configuration/configuration.ts"),
      import("../configuration/checked-changes.ts"),
      import("../configuration/run-reconfigurable.ts"),
      import("../configuration/new-site.ts"),
    ]);
  const clock = clockFor(flags.clock);
  const isNew = writeNewSite(flags.site, flags.state, () => randomBytes(2).toString("hex"));
  const changes = new Changes();
  const files = { siteFile: flags.site, stateDir: flags.state, clock };
  const configuration = new Configuration({ ...files, onChange: () => changes.tell() });
  if (isNew) {
    configuration.setNew(true);
    log.info({ site: flags.site }, "a new site: the file was made, the console sets it up");
  }
  // A console that was shut all along is no reason to refuse a change.
  let wasOpen = false;
  let hung: LinkError | undefined;
  reload = () => {
    checkedChanges(configuration, flags.state)
      .reload()
      .catch((err: unknown) =>
        log.warn({ err }, "the site file is wrong and is not used; the gateway goes on with the one before"),
      );
  };
  const options = {
    ...files,
    configuration,
    log,
    logs,
    budgetBytes: flags.budget,
    ballastBytes: flags.ballast,
    monitor: flags.monitor,
    onConsole: ({ url, claim }: OpenedConsole) => {
      wasOpen = true;
      if (claim !== undefined) showClaim(log, claim);
      log.info({ url }, "the console is open");
    },
    onHung: () => {
      // What hangs keeps its lines and ports: only a process of its own gets them back.
      if (!signal.aborted)
        hung = new LinkError("closed", "a part of the gateway did not stop: the process ends, to be started anew");
      systemClock.after(EXIT_MS, () => process.exit());
    },
  };
  await runReconfigurable(
    {
      configuration,
      changes,
      clock,
      log,
      refused: startsAgain(configuration, log),
      run: async ({ refused, isChange, onReady, signal: until }) => {
        await runGateway(
          { ...options, refused, isChange: isChange && wasOpen },
          (running) => {
            onReady();
            log.info(readyFields(running), "ready");
          },
          until,
        );
        if (hung !== undefined) throw hung;
      },
    },
    signal,
  );
  log.info({}, "stopped");
}

/** A disk that takes nothing keeps nobody from starting. */
function startsAgain(configuration: Configuration, log: Logger): Refused | undefined {
  try {
    const back = configuration.startsAgain();
    if (back === undefined) return undefined;
    log.error({ version: back.n }, "the gateway never ran with the latest site file: the one before is put back");
    return { reason: back.note, version: back.n - 1 };
  } catch (err) {
    log.warn({ err }, "how often the site file was tried could not be kept");
    return undefined;
  }
}

function readyFields({ site, mqtt, monitorPort, readyMs, recoveredInputs }: Running): object {
  const { console } = site.site;
  return {
    site: site.site.site.id,
    mqtt,
    monitorPort,
    ...(console === "off" ? {} : { console: console.listen }),
    readyMs: Math.round(readyMs),
    recoveredInputs,
    sinceStartMs: Math.round(systemClock.monoMs()),
  };
}

/** Once, at the first start: the only way in before there is an account. On a terminal also as a picture for a phone. */
function showClaim(log: Logger, { code, link, minutes, text }: ClaimText): void {
  log.info({ code, link, minutes }, "the console waits to be claimed with this code");
  if (process.stderr.isTTY) process.stderr.write(`\n${text}`);
}
