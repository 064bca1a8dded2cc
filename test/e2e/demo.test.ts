import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type LineEvent, lineEvents, readScenario, type SimEvent, startOf } from "@gatehouse/device-sim";
import { type Reading, systemClock } from "@gatehouse/protocol";
import { expect, it } from "vitest";
import { claimWith } from "../support/console-session.ts";
import { GATEHOUSE } from "../support/gateway-process.ts";
import { eventually } from "../support/rig.ts";
import { tempDir } from "../support/temp-dir.ts";

const HOUR_MS = 3_600_000;
/** Between a movement and the answer to the next question, in world time: two real seconds. */
const LAG_MS = 8 * HOUR_MS;

/** What happens before the simulator is there happens to no device. */
const STARTING_MS = 16 * HOUR_MS;

const scenario = readScenario("compound");
const truth: readonly LineEvent[] = [...lineEvents({ scenario, seed: "1" })];

/** What the people of the demo did to a device on a line between two times. */
const happened = (device: string, fromMs: number, untilMs: number): SimEvent[] =>
  truth
    .filter((event) => event.device === device && event.atMs >= fromMs && event.atMs <= untilMs)
    .map(({ event }) => event);

const readingsOf = (stateDir: string, out: string): Reading[] => {
  const exported = spawnSync(process.execPath, [GATEHOUSE, "export", "readings", "--state", stateDir, "--out", out]);
  expect(String(exported.stderr)).not.toContain("rror");
  const lines = readFileSync(out, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Reading);
};

/** What a device on a line has told lies between what had happened a moment before, and what had until then. */
function expectTold(
  readings: readonly Reading[],
  device: string,
  kind: Reading["kind"],
  told: (readings: readonly Reading[]) => number,
  sum: (events: readonly SimEvent[]) => number,
): void {
  const own = readings.filter((reading) => reading.device === device && reading.kind === kind);
  const startMs = startOf(scenario);
  const endMs = Date.parse(own.at(-1)?.receivedAt ?? "");
  expect(own.length, `${device} ${kind}`).toBeGreaterThan(10);
  expect(told(own), `${device} ${kind}`).toBeGreaterThanOrEqual(
    sum(happened(device, startMs + STARTING_MS, endMs - LAG_MS)),
  );
  expect(told(own), `${device} ${kind}`).toBeLessThanOrEqual(sum(happened(device, startMs, endMs)));
}

it("the demo says what runs, hears its serial devices, and finds both group rentals within a minute, and no other; Ctrl-C ends it", async () => {
  using dir = tempDir();
  const child = spawn(process.execPath, [GATEHOUSE, "demo"], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  const found = Promise.withResolvers<void>();
  const startedMs = systemClock.monoMs();
  const rentals = () => lines.filter((line) => line.includes("group-rental") && line.includes("raised"));
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    if (rentals().length === 2) found.resolve();
  });
  const exit = once(child, "exit");
  await Promise.race([found.promise, exit, systemClock.sleep(60_000)]);
  const tookMs = systemClock.monoMs() - startedMs;
  const stateDir = /--state (\S+)/.exec(lines.join("\n"))?.[1] ?? "";
  const readings = readingsOf(stateDir, join(dir.path, "readings.ndjson"));
  child.kill("SIGINT");
  const [code] = (await exit) as [number | null];
  const text = lines.join("\n");
  expect(
    rentals()
      .map((line) => /\d-\d{3}/.exec(line.slice(40))?.[0])
      .sort(),
    text,
  ).toEqual(["2-201", "3-302"]);
  expect(tookMs).toBeLessThan(60_000);
  expect(text).toMatch(/mqtt:\/\/127\.0\.0\.1:\d+/);
  expect(text).toContain("/healthz");
  expect(text).toContain("/status");
  expect(text).toMatch(/osdp +reader-gate +(serial:\/|tcp:)/);
  expect(text).toMatch(/dlt645 +energy-1-101 … energy-3-302 +tcp:/);
  expect(text).toMatch(/modbus +count-1-201 +tcp:/);
  expect(text).toMatch(/board +node-3-301 +(serial:\/|tcp:)/);
  expect(text).not.toContain("device-fault");
  expect(code).toBe(0);

  const cards = (events: readonly SimEvent[]) => events.filter(({ kind }) => kind === "card").length;
  expectTold(readings, "reader-gate", "card.read", (told) => told.length, cards);
  const shown = readings.filter(({ kind }) => kind === "card.read");
  expect(shown.every(({ credential }) => /^c_[0-9a-f]{10}$/.test(credential ?? ""))).toBe(true);

  const wh = (events: readonly SimEvent[]) => events.reduce((sum, e) => sum + (e.kind === "use" ? (e.wh ?? 0) : 0), 0);
  const FROM_WH = 1_000_000;
  for (const flat of ["1-101", "1-102", "2-301", "3-302"]) {
    // The register has a resolution of 10 Wh.
    const told = (own: readonly Reading[]) => (own.at(-1)?.value as number) - FROM_WH;
    expectTold(readings, `energy-${flat}`, "meter.energyWh", told, (events) => Math.floor(wh(events) / 10) * 10);
  }

  // The firmware on the simulated chip counts everybody who walks through its beams, once, the right way round.
  const walked = (way: "in" | "out") => (events: readonly SimEvent[]) =>
    events.filter((event) => event.kind === "walk" && event.direction === way).length;
  for (const way of ["in", "out"] as const) {
    const counted = readings.filter(({ device, kind }) => device === "count-3-301" && kind === `count.${way}`).length;
    const endMs = Math.max(...readings.map(({ receivedAt }) => Date.parse(receivedAt)));
    const startMs = startOf(scenario);
    expect(counted).toBeGreaterThan(1);
    expect(counted).toBeGreaterThanOrEqual(walked(way)(happened("count-3-301", startMs + STARTING_MS, endMs - LAG_MS)));
    expect(counted).toBeLessThanOrEqual(walked(way)(happened("count-3-301", startMs, endMs + LAG_MS)));
  }

  const totals = (own: readonly Reading[]) => own.at(-1)?.value as { readonly in: number; readonly out: number };
  for (const way of ["in", "out"] as const) {
    const passed = (events: readonly SimEvent[]) =>
      events.filter((e) => e.kind === "pass" && e.direction === way).length;
    expectTold(readings, "count-1-201", "count.totals", (own) => totals(own)[way], passed);
  }
});

it("the demo is over when its gateway is killed", async () => {
  const child = spawn(process.execPath, [GATEHOUSE, "demo"], { stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  child.stderr.on("data", (text) => said.push(String(text)));
  const begun = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on("line", (line) => line.includes("Ctrl-C") && begun.resolve());
  const exit = once(child, "exit");
  await Promise.race([begun.promise, exit]);
  // Its first part.
  const [gateway = ""] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").split(" ");
  process.kill(Number(gateway), "SIGKILL");
  const end = await Promise.race([exit, systemClock.sleep(15_000)]);
  if (end === undefined) child.kill("SIGKILL");
  expect(end).toEqual([1, null]);
  expect(said.join("")).toContain("the gateway ended");
});

it("the demo says where its console is and its claim code again each week, until somebody has claimed it", async () => {
  const child = spawn(process.execPath, [GATEHOUSE, "demo", "--day", "1"], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  const exit = once(child, "exit");
  /** The line after the first week that was over from the given line on. */
  const belowWeek = (from: number): Promise<string | undefined> => {
    const line = () => lines[lines.findIndex((text, at) => at >= from && text.includes("simulated days are over")) + 1];
    const isThere = () => lines.slice(from, -1).some((text) => text.includes("simulated days are over"));
    return eventually(line, isThere);
  };
  try {
    const said = await belowWeek(0);
    const [, port, code] = /^console .*:(\d+)\/ +claim code \S+ (\S+)$/.exec(said ?? "") ?? [];
    expect(code, said).toBeDefined();
    await claimWith(code ?? "", Number(port));
    expect(await belowWeek(lines.length)).not.toContain("claim code");
  } finally {
    child.kill("SIGINT");
    await exit;
  }
}, 120_000);
