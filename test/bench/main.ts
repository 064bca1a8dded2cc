/** `npm run bench`: the numbers the product is measured by, with the baselines in the same run. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { spawnLoad } from "@gatehouse/device-sim";
import { metric } from "../support/gateway-process.ts";
import { deviceIds } from "../support/load-site.ts";
import { runTool, toolArguments } from "../support/tool-arguments.ts";
import { benchBoardLatency } from "./board-latency.ts";
import { benchBoards } from "./boards.ts";
import { benchBridges } from "./bridges.ts";
import { benchIdleBus } from "./bus.ts";
import { benchConsole } from "./console.ts";
import { benchFire } from "./fire.ts";
import { benchNats } from "./nats.ts";
import { benchOpcua } from "./opcua.ts";
import { benchOsdp } from "./osdp.ts";
import { benchParsers } from "./parsers.ts";
import { probe, quantilesOf } from "./probes.ts";
import { benchRawAedes } from "./raw-aedes.ts";
import { benchReplay } from "./replay.ts";
import { openRig, type Rig } from "./rig.ts";
import { benchRooms } from "./rooms.ts";
import { benchSparkplug } from "./sparkplug.ts";
import { benchStore } from "./store.ts";
import { benchUplinks } from "./uplinks.ts";

const argv = process.argv.slice(2);
const quick = argv.includes("--quick");
const seconds = quick ? 4 : 15;
const DEVICES = 386;
/** The last devices of the site are the probes'. */
const PROBES = 16;
const ALL = deviceIds(DEVICES + PROBES);
const LOAD = ALL.slice(0, DEVICES);
const PROBE = ALL.slice(DEVICES);

const round = (value: number, digits = 1): number => Number(value.toFixed(digits));
const ms = ({ count, p50, p95, p99, max }: ReturnType<typeof quantilesOf>) => ({
  count,
  p50: round(p50),
  p95: round(p95),
  p99: round(p99),
  max: round(max),
});
const sleep = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis));

async function rawAedes() {
  const own = await benchRawAedes({ seconds });
  const echo = await benchRawAedes({ seconds, echo: true });
  return {
    acknowledgedPerSecond: Math.round(own.messagesPerSecond),
    echoPerSecond: Math.round(echo.messagesPerSecond),
  };
}

async function store() {
  const rowsPerSecond = await benchStore({ seconds: Math.min(5, seconds), batch: 50 });
  return { rowsPerSecond: Math.round(rowsPerSecond) };
}

async function throughput(readings: boolean) {
  await using rig = await openRig({ devices: DEVICES + PROBES, readings });
  const idleMb = rig.rssMb();
  let peakMb = idleMb;
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, rig.rssMb());
  }, 250);
  const cpuBefore = rig.cpuMs();
  const result = await spawnLoad({ url: rig.url, devices: LOAD, seconds, window: 8 }).result;
  const cpuMs = rig.cpuMs() - cpuBefore;
  const page = await rig.gateway.metrics();
  const behind = metric(page, "gatehouse_outbox_waiting", '{uplink="city",lane="telemetry"}');
  const drainStart = performance.now();
  await drained(rig);
  clearInterval(watch);
  return {
    acknowledgedPerSecond: Math.round(result.perSecond),
    ackLatencyMs: { p50: round(result.latencyMs.p50), p99: round(result.latencyMs.p99) },
    waitingAtEnd: behind,
    drainedAfterS: round((performance.now() - drainStart) / 1000),
    cpuMsPer1000: round((cpuMs * 1000) / result.acknowledged),
    rssMb: { idle: round(idleMb), peak: round(peakMb) },
    city: await rig.city.status().then(({ unique, duplicates }) => ({ unique, duplicates })),
  };
}

async function drained(rig: Rig): Promise<void> {
  for (;;) {
    const page = await rig.gateway.metrics();
    const waiting = page.split("\n").filter((line) => line.startsWith("gatehouse_outbox_waiting{"));
    if (waiting.every((line) => line.endsWith(" 0"))) return;
    await sleep(200);
  }
}

async function latency(ratePerSecond: number) {
  await using rig = await openRig({ devices: DEVICES + PROBES });
  await sleep(500);
  const cpuBefore = rig.cpuMs();
  const load = spawnLoad({ url: rig.url, devices: LOAD, seconds, ratePerSecond }).result;
  await sleep(1_000);
  const delays = await probe(rig, PROBE, 25, load);
  const { acknowledged } = await load;
  const page = await rig.gateway.metrics();
  const lag = (quantile: string) =>
    round(metric(page, "gatehouse_event_loop_lag_seconds", `{quantile="${quantile}"}`) * 1000);
  return {
    alertMs: ms(quantilesOf(delays)),
    cpuMsPer1000: round(((rig.cpuMs() - cpuBefore) * 1000) / acknowledged),
    loopLagMs: { p99: lag("0.99"), max: lag("1") },
    rssMb: round(rig.rssMb()),
  };
}

async function drain() {
  await using rig = await openRig({ devices: DEVICES + PROBES });
  await rig.city.fail("refuse");
  const backlog = quick ? 60_000 : 400_000;
  const beforeMb = rig.rssMb();
  await spawnLoad({ url: rig.url, devices: LOAD, count: backlog }).result;
  const afterMb = rig.rssMb();
  const before = (await rig.city.status()).unique;
  const returnedMs = performance.now();
  await rig.city.fail(null);
  while ((await rig.city.status()).unique === before) await sleep(10);
  const startedMs = performance.now();
  let endedMs = 0;
  const done = drained(rig).then(() => {
    endedMs = performance.now();
  });
  const delays = await probe(rig, PROBE, 25, done);
  const items = (await rig.city.status()).unique - before;
  return {
    backlog,
    backAfterMs: Math.round(startedMs - returnedMs),
    itemsPerSecond: Math.round((items * 1000) / (endedMs - startedMs)),
    liveAlertMs: ms(quantilesOf(delays)),
    rssMb: { before: round(beforeMb), withBacklog: round(afterMb), after: round(rig.rssMb()) },
    city: await rig.city.status().then(({ unique, duplicates }) => ({ unique, duplicates })),
  };
}

async function start() {
  const runs: { spawnToReadyMs: number; processToReadyMs: number; rssMb: number }[] = [];
  for (let i = 0; i < (quick ? 3 : 9); i++) {
    await using rig = await openRig({ devices: DEVICES });
    // What only the start needed is given back after 2 s.
    await sleep(4_000);
    runs.push({
      spawnToReadyMs: Math.round(rig.gateway.startMs),
      processToReadyMs: rig.gateway.ready.sinceStartMs,
      rssMb: round(rig.rssMb()),
    });
  }
  const median = (pick: (run: (typeof runs)[number]) => number) => quantilesOf(runs.map(pick)).p50;
  return {
    spawnToReadyMs: median((run) => run.spawnToReadyMs),
    processToReadyMs: median((run) => run.processToReadyMs),
    rssIdleMb: median((run) => run.rssMb),
    runs: runs.length,
  };
}

async function fire() {
  const { readingsPerSecond, ...times } = await benchFire(quick ? 20 : 100);
  const each = Object.entries(times).map(([name, took]) => [`${name}Ms`, ms(quantilesOf(took))]);
  return { ...Object.fromEntries(each), readingsPerSecond };
}

const BENCHES: Readonly<Record<string, () => Promise<unknown>>> = {
  "raw-aedes": rawAedes,
  store,
  parsers: async () => benchParsers(quick ? 0.3 : 2),
  boards: async () => benchBoards(quick ? 2 : 10),
  "replay-camp": () => benchReplay({ kind: "construction", seed: 1, spaces: 40, days: quick ? 21 : 84 }),
  "replay-compound": () => benchReplay({ kind: "compound", seed: 1, spaces: 60, days: quick ? 21 : 120 }),
  rooms: async () => benchRooms(60, quick ? 21 : 120),
  console: () => benchConsole(quick ? 5 : 15),
  bridges: () => benchBridges(seconds),
  "board-latency": () => benchBoardLatency(quick ? 20 : 300),
  start,
  "throughput-forwarded": () => throughput(true),
  "throughput-local": () => throughput(false),
  "latency-100": () => latency(100),
  "latency-1000": () => latency(1_000),
  drain,
  fire,
  uplinks: async () => benchUplinks({ items: quick ? 20_000 : 100_000 }),
  opcua: () => benchOpcua(seconds),
  "drain-nats": () => benchNats(quick ? 10_000 : 100_000),
  "bus-idle": () => benchIdleBus(seconds),
  "osdp-9600": () => benchOsdp(9_600, seconds),
  "osdp-115200": () => benchOsdp(115_200, seconds),
  sparkplug: () => benchSparkplug(quick ? 40_000 : 200_000),
};

const HELP = `npm run bench -- [--quick] [NAME …]

Measures speed, latency, memory and start on this machine, prints a line of JSON each, and writes them to bench-results/.

  --quick   shorter runs, for a look
  NAME      only these: ${Object.keys(BENCHES).join(", ")}

Examples:
  npm run bench                        all of them: about five minutes
  npm run bench -- --quick start       how fast the gateway starts, and its memory`;

await runTool("bench", HELP, bench, argv);

async function bench(): Promise<void> {
  const { words } = toolArguments({ quick: { type: "boolean" } }, argv, Object.keys(BENCHES));
  const results: Record<string, unknown> = {};
  for (const [name, measure] of Object.entries(BENCHES)) {
    if (words.length > 0 && !words.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    const load = round(loadavg()[0] ?? 0, 2);
    results[name] = { ...((await measure()) as object), machineLoadBefore: load };
    process.stdout.write(`${name} ${JSON.stringify(results[name])}\n`);
  }
  const out = fileURLToPath(new URL("../../bench-results/", import.meta.url));
  mkdirSync(out, { recursive: true });
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model,
    memoryGb: round(totalmem() / 1e9),
    node: process.version,
  };
  writeFileSync(
    `${out}${new Date().toISOString().slice(0, 19).replace(/:/g, "")}.json`,
    `${JSON.stringify({ machine, quick, results }, undefined, 2)}\n`,
  );
}
