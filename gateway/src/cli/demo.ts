/** `gatehouse demo`: the whole way without hardware: a simulated compound, the gateway, a city platform. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Alert,
  type CloudEvent,
  ConfigError,
  formatAnchor,
  formatTime,
  LinkError,
  scaledClock,
} from "@gatehouse/protocol";
import { Command } from "commander";
import { untilSignal } from "./arguments.ts";
import { demoBanner, demoLine, isShown } from "./demo-screen.ts";
import { openLog } from "./log.ts";

interface DemoFlags {
  readonly scenario: string;
  readonly seed: string;
  readonly day: string;
  readonly state?: string;
}

const DAY_S = 86_400;

export function demoCommand(): Command {
  return new Command("demo")
    .summary("see it work: a simulated compound, the gateway and a city platform")
    .description(
      "Runs the gateway on a simulated compound with a city platform of its own, on loopback, in fast time. Ctrl-C ends it.",
    )
    .option("--scenario <name|file>", "who lives in the compound", "compound")
    .option("--seed <seed>", "the same seed gives the same people", "1")
    .option("--day <seconds>", "real seconds a simulated day takes", "6")
    .option("--state <dir>", "keep what the gateway remembers here; default: a temporary folder")
    .action(demo);
}

async function demo(flags: DemoFlags): Promise<void> {
  const daySeconds = Number(flags.day);
  if (!(daySeconds >= 1))
    throw new ConfigError({
      path: "--day",
      reason: `"${flags.day}" is no number of seconds`,
      fix: "write at least 1, for instance 6",
    });
  const signal = untilSignal();
  const { readScenario, siteFor, startCity, startOf } = await import("@gatehouse/device-sim");
  const scenario = readScenario(flags.scenario);
  const dir = flags.state ?? mkdtempSync(join(tmpdir(), "gatehouse-demo-"));
  mkdirSync(dir, { recursive: true });
  const anchor = { worldMs: startOf(scenario), realMs: Date.now(), scale: DAY_S / daySeconds };
  const clock = scaledClock(anchor);
  const zone = scenario.site.timezone;
  const arrived = (event: CloudEvent) => {
    if (!event.type.startsWith("gatehouse.alert.")) return;
    const change = event.type.slice("gatehouse.alert.".length);
    const alert = event.data as unknown as Alert;
    if (isShown(change, alert)) process.stdout.write(`${demoLine(change, alert, nameOf)}\n`);
  };
  const site = siteFor(scenario);
  const names = new Map(site.spaces.map(({ id, name }) => [id, name ?? id]));
  const nameOf = (id: string) => names.get(id) ?? id;
  const ca = join(dir, "city-ca.pem");
  const city = await startCity({
    https: await freePort(9443),
    control: await freePort(9480),
    caFile: ca,
    clock,
    log: await openLog("error"),
    onEvent: arrived,
  });
  const mqtt = await freePort(1883);
  const monitor = await freePort(9464);
  const siteFile = join(dir, "site.yaml");
  const { stringify } = await import("yaml");
  writeFileSync(
    siteFile,
    stringify({
      ...site,
      broker: { listen: `${mqtt.host}:${mqtt.port}`, anonymousLoopback: true },
      uplinks: [{ id: "city", type: "https", url: city.httpsUrl, tls: { ca: { file: ca } } }],
    }),
  );
  const time = ["--clock", formatAnchor(anchor)];
  const logFile = join(dir, "gateway.log");
  const gateway = start(
    ["run", "--site", siteFile, "--state", join(dir, "state"), "--monitor", `${monitor.host}:${monitor.port}`, ...time],
    logFile,
  );
  const children = [gateway];
  try {
    await listening(`http://${monitor.host}:${monitor.port}/healthz`, gateway, logFile, clock, signal);
    process.stdout.write(
      demoBanner({
        scenario,
        daySeconds,
        scale: anchor.scale,
        mqtt,
        monitor,
        city,
        siteFile,
        logFile,
        seed: flags.seed,
      }),
    );
    children.push(
      start(
        [
          "sim",
          "--scenario",
          flags.scenario,
          "--seed",
          flags.seed,
          "--url",
          `mqtt://${mqtt.host}:${mqtt.port}`,
          ...time,
        ],
        join(dir, "sim.log"),
      ),
    );
    await Promise.race([
      ended(gateway, logFile, signal),
      reportDays(scenario.days, (ms) => formatTime(ms, zone), clock, anchor.worldMs, signal),
    ]);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    for (const child of children) child.kill("SIGTERM");
    await Promise.all(
      children.map((child) =>
        child.exitCode === null ? new Promise((resolve) => child.once("exit", resolve)) : undefined,
      ),
    );
    await city.close();
    if (flags.state === undefined) rmSync(dir, { recursive: true, force: true });
  }
}

function start(args: readonly string[], logFile: string): ChildProcess {
  const log = openSync(logFile, "w", 0o600);
  // In a group of its own: the terminal's Ctrl-C reaches only the demo, which ends its parts in order.
  const child = spawn(process.execPath, [process.argv[1] ?? "", ...args], {
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  return child;
}

/** The port if it is free, else any free one. */
async function freePort(wanted: number): Promise<{ readonly host: string; readonly port: number }> {
  for (const port of [wanted, 0]) {
    const server = createServer();
    const got = await new Promise<number | undefined>((resolve) => {
      server.once("error", () => resolve(undefined));
      server.listen(port, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });
    await new Promise((resolve) => server.close(resolve));
    if (got !== undefined) return { host: "127.0.0.1", port: got };
  }
  throw new LinkError("refused", "no free port on 127.0.0.1");
}

async function listening(
  url: string,
  child: ChildProcess,
  logFile: string,
  clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> },
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new LinkError("refused", `the gateway did not start:\n${lastLines(logFile)}`);
    const up = await fetch(url).then(
      () => true,
      () => false,
    );
    if (up) return;
    await clock.sleep(50, signal);
  }
}

const lastLines = (file: string): string => readFileSync(file, "utf8").trimEnd().split("\n").slice(-8).join("\n");

function ended(child: ChildProcess, logFile: string, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    child.once("exit", () => reject(new LinkError("closed", `the gateway ended:\n${lastLines(logFile)}`)));
  });
}

/** A line at every simulated week, so that a quiet screen is not a dead one; the end of the scenario is said too. */
async function reportDays(
  days: number,
  timeOf: (ms: number) => string,
  clock: ReturnType<typeof scaledClock>,
  startMs: number,
  signal: AbortSignal,
): Promise<never> {
  for (let day = 7; ; day += 7) {
    const untilMs = startMs + Math.min(day, days) * DAY_S * 1000;
    await clock.sleep((untilMs - clock.nowMs()) / clock.scale, signal);
    process.stdout.write(
      `${timeOf(untilMs).slice(0, 16).replace("T", " ")}  ${Math.min(day, days)} simulated days are over 已模拟 ${Math.min(day, days)} 天\n`,
    );
    if (day < days) continue;
    process.stdout.write(
      "The people have stopped moving; the gateway still runs. Ctrl-C ends it. 模拟结束，网关仍在运行，按 Ctrl-C 退出。\n",
    );
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
  }
}
