/// <reference lib="dom" />
/** The console under load: its API beside what the gateway takes in, what it costs in memory, and its page on a slow phone and a slow network. */
import { Agent, request } from "node:https";
import { spawnLoad } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import type { Browser, CDPSession, Page } from "playwright-core";
import { openBrowser, openPage, signIn } from "../support/console-page.ts";
import { freePort } from "../support/free-port.ts";
import { deviceIds } from "../support/load-site.ts";
import { quantilesOf } from "./probes.ts";
import { openRig, type Rig } from "./rig.ts";

const DEVICES = 386;
const PASSWORD = "kein-geheimnis-42";
const CLIENTS = 8;
const PAUSE_MS = 200;
const PER_SECOND = 1_000;
/** What the pages of a manager and a technician ask for. */
const PATHS: readonly string[] = [
  "/api/1/spaces?limit=200",
  "/api/1/spaces/flat-count-0007",
  "/api/1/alerts?limit=50",
  "/api/1/devices?limit=50",
  "/api/1/devices/count-0007",
  "/api/1/health",
  "/api/1/uplinks",
  "/api/1/prompts",
];

interface Me {
  readonly port: number;
  readonly cookie: string;
}

/** Quantiles of answers in ms: at rest and beside 1,000 readings/s, by eight clients that ask five times a second each. */
export async function benchConsole(seconds: number) {
  const without = await idleRss(undefined);
  const port = await freePort();
  await using rig = await openRig({ devices: DEVICES, sections: { console: { listen: `127.0.0.1:${port}` } } });
  await systemClock.sleep(4_000);
  const unclaimed = rig.rssMb();
  const me = await claimed(rig, port);
  const rest = await asked(me, seconds);
  const load = spawnLoad({
    url: rig.url,
    devices: deviceIds(DEVICES),
    seconds: seconds + 3,
    ratePerSecond: PER_SECOND,
  }).result;
  await systemClock.sleep(1_000);
  const busy = await asked(me, seconds);
  const { perSecond } = await load;
  const used = rig.rssMb();
  const pages = await pageTimes(`https://127.0.0.1:${port}/`);
  return {
    readingsPerSecond: Math.round(perSecond),
    answersMs: { rest, busy },
    rssMb: { withoutConsole: round(without), withConsole: round(unclaimed), afterUse: round(used) },
    pages,
  };
}

async function idleRss(sections: object | undefined): Promise<number> {
  await using rig = await openRig({ devices: DEVICES, sections });
  await systemClock.sleep(4_000);
  return rig.rssMb();
}

async function claimed(rig: Rig, port: number): Promise<Me> {
  const code = rig.gateway.log.find(({ msg }) => String(msg).includes("waits to be claimed"))?.["code"];
  const agent = new Agent({ rejectUnauthorized: false });
  const { cookie } = await ask(agent, port, "/api/1/claim", { code, name: "wang", password: PASSWORD });
  agent.destroy();
  return { port, cookie };
}

interface Answer {
  readonly status: number;
  readonly cookie: string;
}

function ask(agent: Agent, port: number, path: string, body?: object, cookie?: string): Promise<Answer> {
  const headers = {
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(cookie === undefined ? {} : { cookie }),
  };
  const method = body === undefined ? "GET" : "POST";
  return new Promise((resolve, reject) => {
    const asking = request({ host: "127.0.0.1", port, path, method, headers, agent }, (response) => {
      const cookies = (response.headers["set-cookie"] ?? []).map((each) => each.split(";")[0]).join("; ");
      response.resume();
      response.on("end", () => resolve({ status: response.statusCode ?? 0, cookie: cookies }));
    });
    asking.on("error", reject);
    asking.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function asked({ port, cookie }: Me, seconds: number) {
  const took: number[] = [];
  const untilMs = systemClock.monoMs() + seconds * 1000;
  const refused = new Map<number, number>();
  const client = async (first: number) => {
    const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
    for (let n = first; systemClock.monoMs() < untilMs; n++) {
      const startedMs = systemClock.monoMs();
      const { status } = await ask(agent, port, PATHS[n % PATHS.length] ?? "", undefined, cookie);
      if (status === 200) took.push(systemClock.monoMs() - startedMs);
      else refused.set(status, (refused.get(status) ?? 0) + 1);
      await systemClock.sleep(PAUSE_MS);
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)));
  const { p50, p99, max, count } = quantilesOf(took);
  const other = refused.size === 0 ? {} : { refused: Object.fromEntries(refused) };
  return { perSecond: Math.round(count / seconds), p50: round(p50), p99: round(p99), max: round(max), ...other };
}

/** An old phone: a quarter of this machine's speed, on a network of the name. */
const NETWORKS = {
  "slow 4G": { kbit: 1_600, latencyMs: 150 },
  "guard's wifi": { kbit: 20_000, latencyMs: 20 },
} as const;
const SLOWER = 4;

async function pageTimes(url: string) {
  const browser = await openBrowser();
  try {
    const all: Record<string, unknown> = {};
    for (const [name, { kbit, latencyMs }] of Object.entries(NETWORKS)) {
      const { page, context } = await openPage(browser, "about:blank", { width: 390, language: "zh" });
      const profile = await context.newCDPSession(page);
      await slowed(profile, kbit, latencyMs);
      all[name] = await walk(page, url);
      await context.close();
    }
    return { slowerTimes: SLOWER, ...all, compressedKb: await weighed(browser, url) };
  } finally {
    await browser.close();
  }
}

/** What goes over the network in Chinese, without the worker that would fetch the rest beside it: to the sign-in, and from there to the board. */
async function weighed(browser: Browser, url: string) {
  const context = await browser.newContext({ locale: "zh-CN", serviceWorkers: "block", ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const profile = await context.newCDPSession(page);
  await profile.send("Network.enable");
  const addresses = new Map<string, string>();
  const sum = { files: 0, page: 0, api: 0 };
  profile.on("Network.responseReceived", ({ requestId, response }) => addresses.set(requestId, response.url));
  profile.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const isApi = addresses.get(requestId)?.includes("/api/") === true;
    if (!isApi) sum.files++;
    sum[isApi ? "api" : "page"] += encodedDataLength;
  });
  const soFar = () => ({ files: sum.files, page: round(sum.page / 1000), api: round(sum.api / 1000) });
  await page.goto(url);
  await page.locator("button[type=submit]").waitFor();
  await page.waitForLoadState("networkidle");
  const signedOut = soFar();
  await signIn(page, "wang", PASSWORD);
  await page.locator(".tile").first().waitFor();
  await page.waitForLoadState("networkidle");
  const untilBoard = soFar();
  await context.close();
  return { signedOut, untilBoard };
}

async function slowed(profile: CDPSession, kbit: number, latencyMs: number): Promise<void> {
  const throughput = (kbit * 1000) / 8;
  await profile.send("Network.enable");
  await profile.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: latencyMs,
    downloadThroughput: throughput,
    uploadThroughput: throughput,
  });
  await profile.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
}

/** ms from the deed until what was asked for is drawn. */
async function walk(page: Page, url: string) {
  const timed = async (deed: () => Promise<unknown>, shown: string): Promise<number> => {
    const startedMs = systemClock.monoMs();
    await deed();
    await page.locator(shown).first().waitFor({ timeout: 120_000 });
    return Math.round(systemClock.monoMs() - startedMs);
  };
  const firstLoad = await timed(() => page.goto(url), "button[type=submit]");
  const kb = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).transferSize, 0),
  );
  const signInToBoard = await timed(() => signIn(page, "wang", PASSWORD), ".tile");
  const boardAgain = await timed(() => page.reload(), ".tile");
  const openRoom = await timed(() => page.locator(".tile").first().click(), ".page-head h1");
  const openAlerts = await timed(() => page.goto(`${url}#/alerts`), ".page-head");
  return { firstLoad, firstLoadKb: Math.round(kb / 1000), signInToBoard, boardAgain, openRoom, openAlerts };
}

const round = (value: number): number => Number(value.toFixed(1));
