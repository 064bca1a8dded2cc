/** `gatehouse demo`: the whole way without hardware: a simulated compound, the gateway, a city platform. */
import type { ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { City, LinePlaces, Scenario, siteFor } from "@gatehouse/device-sim";
import {
  type Alert,
  type Clock,
  type ClockAnchor,
  type CloudEvent,
  ConfigError,
  formatAnchor,
  formatTime,
  scaledClock,
  systemClock,
} from "@gatehouse/protocol";
import { Command } from "commander";
import { untilSignal } from "./arguments.ts";
import { ended, endParts, freePort, listening, type Port, startPart } from "./demo-parts.ts";
import { consoleLine, demoBanner, demoLine, isShown } from "./demo-screen.ts";
import { openLog } from "./log.ts";

interface DemoFlags {
  readonly scenario: string;
  readonly seed: string;
  readonly day: string;
  readonly state?: string;
}

const DAY_S = 86_400;
const FIRST_LINE_PORT = 4001;

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
  const { readScenario, secretsFor, siteFor, startCity, startOf } = await import("@gatehouse/device-sim");
  const scenario = readScenario(flags.scenario);
  const dir = flags.state ?? mkdtempSync(join(tmpdir(), "gatehouse-demo-"));
  mkdirSync(dir, { recursive: true });
  const scale = DAY_S / daySeconds;
  const places = await placeLines(scenario, dir);
  const site = siteFor(scenario, { places, scale });
  for (const [name, text] of Object.entries(secretsFor(scenario)))
    writeFileSync(join(dir, name), text, { mode: 0o600 });
  const anchor = { worldMs: startOf(scenario), realMs: systemClock.nowMs(), scale };
  const clock = scaledClock(anchor);
  const ca = join(dir, "city-ca.pem");
  const city = await startCity({
    https: await freePort(9443),
    control: await freePort(9480),
    caFile: ca,
    clock,
    log: await openLog("error"),
    onEvent: showAlerts(site),
  });
  const children: ChildProcess[] = [];
  // What waits for days to pass must not outlive a gateway that is gone.
  const over = new AbortController();
  try {
    const facts = { flags, scenario, site, places, dir, daySeconds, anchor, city, ca };
    await play(facts, clock, children, AbortSignal.any([signal, over.signal]));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    over.abort();
    await endParts(children);
    await city.close();
    if (flags.state === undefined) rmSync(dir, { recursive: true, force: true });
  }
}

type RawSite = ReturnType<typeof siteFor>;

interface Facts {
  readonly flags: DemoFlags;
  readonly scenario: Scenario;
  readonly site: RawSite;
  readonly places: LinePlaces;
  readonly dir: string;
  readonly daySeconds: number;
  readonly anchor: ClockAnchor;
  readonly city: City;
  readonly ca: string;
}

/** Starts gateway and simulator, and stays until the signal aborts or the gateway ends. */
async function play(facts: Facts, clock: Clock, children: ChildProcess[], signal: AbortSignal): Promise<void> {
  const { flags, scenario, site, places, dir, daySeconds, anchor, city } = facts;
  const mqtt = await freePort(1883);
  const monitor = await freePort(9464);
  const consoleAt = await freePort(8443);
  const siteFile = await writeSite(facts, mqtt, consoleAt);
  const time = ["--clock", formatAnchor(anchor)];
  const logFile = join(dir, "gateway.log");
  const monitorAt = `${monitor.host}:${monitor.port}`;
  const stateDir = join(dir, "state");
  const state = ["--state", stateDir, "--monitor", monitorAt];
  const gateway = startPart(["run", "--site", siteFile, ...state, ...time], logFile);
  const people = ["--scenario", flags.scenario, "--seed", flags.seed, "--url", `mqtt://${mqtt.host}:${mqtt.port}`];
  const lines = Object.entries(places).flatMap(([id, place]) => ["--line", `${id}=${place}`]);
  // At once, not when the gateway is there: whoever looks for a line that is not served yet looks again only after a while.
  const simLog = join(dir, "sim.log");
  const sim = startPart(["sim", ...people, ...lines, ...time], simLog);
  children.push(gateway, sim);
  const ends = [ended(gateway, "gateway", logFile, signal), ended(sim, "simulator", simLog, signal)];
  if (site.boards !== undefined) {
    const bridgeLog = join(dir, "bridge.log");
    const bridge = startPart(["bridge", "--site", siteFile, ...time], bridgeLog);
    children.push(bridge);
    ends.push(ended(bridge, "bridge", bridgeLog, signal));
  }
  const end = Promise.race(ends);
  await Promise.race([end, listening(`http://${monitorAt}/healthz`, gateway, logFile, clock, signal)]);
  const claim = await Promise.race([end, claimIn(logFile, clock, signal)]);
  const { scale } = anchor;
  const banner = {
    scenario,
    site,
    daySeconds,
    scale,
    mqtt,
    monitor,
    console: { url: `https://${consoleAt.host}:${consoleAt.port}/`, claim },
    city,
    siteFile,
    stateDir,
    logFile,
    seed: flags.seed,
  };
  process.stdout.write(demoBanner(banner));
  const timeOf = (ms: number) => formatTime(ms, scenario.site.timezone);
  // By then the alerts have carried the banner off the screen.
  const remind = () => {
    if (claim !== undefined && isUnclaimed(stateDir, claim)) process.stdout.write(`${consoleLine(banner.console)}\n`);
  };
  await Promise.race([end, reportDays({ days: scenario.days, timeOf, remind }, clock, anchor.worldMs, signal)]);
}

/** A port or a serial line for each line of the scenario. A machine without pseudo-terminals has device servers alone. */
async function placeLines({ lines }: Scenario, dir: string): Promise<LinePlaces> {
  const { hasPtys, wayOf } = await import("@gatehouse/device-sim");
  const asPty = lines.some((line) => wayOf(line) === "pty") && (await hasPtys());
  const places: Record<string, string> = {};
  for (const [index, line] of lines.entries()) {
    const way = wayOf(line);
    if (way === "pty" && asPty) places[line.id] = `pty:${join(resolve(dir), `${line.id}.tty`)}`;
    else {
      const { host, port } = await freePort(FIRST_LINE_PORT + index);
      places[line.id] = `${way === "udp" ? "udp" : "tcp"}:${host}:${port}`;
    }
  }
  return places;
}

/** Prints alert events of the platform, with the names of spaces. */
function showAlerts({ spaces }: RawSite): (event: CloudEvent) => void {
  const names = new Map(spaces.map(({ id, name }) => [id, name ?? id]));
  const nameOf = (id: string) => names.get(id) ?? id;
  return ({ type, data }) => {
    if (!type.startsWith("gatehouse.alert.")) return;
    const change = type.slice("gatehouse.alert.".length);
    const alert = data as unknown as Alert;
    if (isShown(change, alert)) process.stdout.write(`${demoLine(change, alert, nameOf)}\n`);
  };
}

async function writeSite({ site, dir, city, ca }: Facts, mqtt: Port, consoleAt: Port): Promise<string> {
  const { stringify } = await import("yaml");
  const siteFile = join(dir, "site.yaml");
  const whole = {
    ...site,
    broker: { listen: `${mqtt.host}:${mqtt.port}`, anonymousLoopback: true },
    console: { listen: `${consoleAt.host}:${consoleAt.port}`, photos: true },
    uplinks: [{ id: "city", type: "https", url: city.httpsUrl, tls: { ca: { file: ca } } }],
  };
  writeFileSync(siteFile, stringify(whole));
  return siteFile;
}

interface DaysReported {
  readonly days: number;
  readonly timeOf: (ms: number) => string;
  /** Says below it where to look, to whoever has not looked yet. */
  readonly remind: () => void;
}

/** A line at every simulated week, so that a quiet screen is not a dead one; the end of the scenario is said too. */
async function reportDays(
  { days, timeOf, remind }: DaysReported,
  clock: Clock,
  startMs: number,
  signal: AbortSignal,
): Promise<never> {
  for (let day = 7; ; day += 7) {
    const untilMs = startMs + Math.min(day, days) * DAY_S * 1000;
    await clock.sleep((untilMs - clock.nowMs()) / clock.scale, signal);
    process.stdout.write(
      `${timeOf(untilMs).slice(0, 16).replace("T", " ")}  ${Math.min(day, days)} simulated days are over 已模拟 ${Math.min(day, days)} 天\n`,
    );
    remind();
    if (day < days) continue;
    process.stdout.write(
      "The people have stopped moving; the gateway still runs. Ctrl-C ends it. 模拟结束，网关仍在运行，按 Ctrl-C 退出。\n",
    );
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
  }
}

/** The code stands in its file until somebody has used it. */
function isUnclaimed(stateDir: string, claim: string): boolean {
  try {
    return readFileSync(join(stateDir, "console", "claim.txt"), "utf8").includes(claim);
  } catch {
    return false;
  }
}

/** The code the gateway waits to be claimed with, once its console is open; undefined when it was claimed before. */
async function claimIn(logFile: string, clock: Clock, signal: AbortSignal): Promise<string | undefined> {
  while (!/"msg":"the console is open"/.test(readFileSync(logFile, "utf8"))) await clock.sleep(50, signal);
  return /"code":"([A-Z2-9]{5}-[A-Z2-9]{5})"/.exec(readFileSync(logFile, "utf8"))?.[1];
}
