/// <reference lib="dom" />
/** A box that was just unpacked becomes a site, by somebody who reads only the screen: claim, set-up, first alert on the board. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MqttDevice, silentLog } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fits, obstacles, openBrowser, openPage } from "../support/console-page.ts";
import { freePort } from "../support/free-port.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";

const PASSWORD = "kein-geheimnis-42";
const FLOORS = 2;
const ROOMS_A_FLOOR = 13;
/** A lock at each door; counters at some; one whose name says nothing. */
const COUNTERS = 13;
const STRANGER = "front-lock";
/** A stranger's set-up of 26 rooms and 40 devices must not be a day of clicking. */
const MOST_CLICKS = 25;

const WORDS = {
  zh: {
    name: "站点名称",
    number: "站点编号",
    code: "标准地址编码",
    grid: "责任网格",
    save: "保存并继续",
    to: "到几层",
    perFloor: "每层房间数",
    takeRooms: /^采用 26 个房间$/,
    skip: "暂时跳过",
    next: "下一步",
    listen: /^接收 MQTT 设备/,
    later: /^其余 1 台/,
    takeDevices: /^采用 40 台设备$/,
    listening: "正在等待刷卡…",
    lit: "刚刚看到卡",
    plate: "扫门牌",
    plateNumber: "门牌号",
    savePlaces: /^保存 1 个位置$/,
    both: "两台都放",
    finish: /完成/,
  },
  en: {
    name: "Name of the site",
    number: "Site number",
    code: "Standard address code",
    grid: "Grid",
    save: "Save and go on",
    to: "To floor",
    perFloor: "Rooms a floor",
    takeRooms: /^Take 26 rooms$/,
    skip: "Skip for now",
    next: "Next",
    listen: /^Listen for MQTT devices/,
    later: /^Find the other 1 later/,
    takeDevices: /^Take 40 devices$/,
    listening: "Waiting for a card…",
    lit: "has just seen a card",
    plate: "Scan the plate",
    plateNumber: "Number of the plate",
    savePlaces: /^Save 1 place$/,
    both: "Put both there",
    finish: /Finish/,
  },
} as const;

interface Box {
  readonly dir: TempDir;
  readonly gateway: GatewayProcess;
  readonly devices: ReadonlyMap<string, MqttDevice>;
  readonly claimLink: string;
  readonly siteFile: string;
}

const idsOfDevices = (): string[] => {
  const rooms = Array.from({ length: FLOORS * ROOMS_A_FLOOR }, (_, n) => {
    const number = `${1 + Math.floor(n / ROOMS_A_FLOOR)}${String(1 + (n % ROOMS_A_FLOOR)).padStart(2, "0")}`;
    return `1-${number}`;
  });
  const locks = rooms.map((room) => `lock-${room}`);
  return [...locks, ...rooms.slice(0, COUNTERS).map((room) => `count-${room}`), STRANGER];
};

/** As it is unpacked, but for ports that are free here. */
async function unpack(stop: AbortSignal): Promise<Box> {
  const dir = tempDir();
  const [mqtt, web] = [await freePort(), await freePort()];
  const siteFile = join(dir.path, "site.yaml");
  writeFileSync(
    siteFile,
    `site: { id: box-1, name: box-1, kind: rental-compound, timezone: Asia/Shanghai, address: { grid: unowned } }
spaces: []
broker: { listen: "127.0.0.1:${mqtt}" }
console: { listen: "127.0.0.1:${web}" }
`,
  );
  const stateDir = join(dir.path, "state");
  mkdirSync(stateDir);
  writeFileSync(join(stateDir, "new-site"), "");
  const gateway = await startGateway({ siteFile, stateDir });
  const claim = () => gateway.log.find(({ link }) => typeof link === "string");
  while (claim() === undefined) await systemClock.sleep(20);
  const devices = new Map(
    idsOfDevices().map((id) => {
      const url = `mqtt://127.0.0.1:${mqtt}`;
      return [id, new MqttDevice({ id, url, password: `pw of ${id}`, clock: systemClock, log: silentLog })];
    }),
  );
  for (const device of devices.values()) void device.run(stop);
  const link = String(claim()?.["link"]).replace(/^[^#]*/, "");
  return { dir, gateway, devices, siteFile, claimLink: `https://127.0.0.1:${web}/${link}` };
}

const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true }).first().click();

/** Where a step says that it is somewhere else. */
const arrived = (page: Page, step: string) => page.waitForURL(new RegExp(`#/set-up/${step}$`), { timeout: 30_000 });

async function claim(page: Page): Promise<void> {
  await page.locator("input[autocomplete=username]").fill("zhang");
  for (const field of await page.locator("input[autocomplete=new-password]").all()) await field.fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.locator("main.content").waitFor();
}

async function setUpSiteAndRooms(page: Page, words: (typeof WORDS)["zh" | "en"]): Promise<void> {
  // Nobody has to look for it: a box without rooms leads whoever claimed it there.
  await arrived(page, "site");
  await page.getByLabel(words.name).fill("银桂公寓");
  // The name of the machine is not proposed for it.
  const number = page.getByLabel(words.number);
  expect([await number.inputValue(), await number.getAttribute("placeholder")]).toEqual(["", "mq-0007"]);
  expect(await obstacles(page)).toEqual([]);
  await number.fill("mq-0012");
  await page.getByLabel(words.code).fill("31011210400700001");
  await page.getByLabel(words.grid, { exact: true }).fill("MQ-053");
  await press(page, words.save);
  await arrived(page, "rooms");
  await page.getByLabel(words.to).fill(String(FLOORS));
  await page.getByLabel(words.perFloor).fill(String(ROOMS_A_FLOOR));
  await press(page, words.takeRooms);
  await arrived(page, "lines");
  await press(page, words.skip);
  await arrived(page, "devices");
}

async function setUpDevices(page: Page, box: Box, words: (typeof WORDS)["zh" | "en"]): Promise<void> {
  await press(page, words.listen);
  await page.getByText(STRANGER).first().waitFor({ timeout: 60_000 });
  await press(page, words.later);
  await page.getByRole("button", { name: words.takeDevices }).click({ timeout: 60_000 });
  const stranger = box.devices.get(STRANGER);
  const waiting = page.locator(".gh-waiting");
  await waiting.waitFor({ timeout: 30_000 });
  while (stranger?.connected !== true) await systemClock.sleep(50);
  await page.getByText(words.listening).waitFor();
  stranger.report({ kind: "card.read", credential: "04A1B2C3" });
  await page.getByText(words.lit).waitFor();
  await press(page, words.plate);
  await page.getByLabel(words.plateNumber).fill("1-113");
  await page.keyboard.press("Enter");
  await press(page, words.savePlaces);
  // The door has a lock already: nobody puts another there without being asked.
  await page.getByRole("dialog").getByText("lock-1-113").waitFor();
  await press(page, words.both);
  await waiting.waitFor({ state: "detached", timeout: 30_000 });
}

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

describe.each([
  { language: "zh", width: 1280 },
  { language: "en", width: 390 },
  { language: "zh", width: 390 },
  { language: "en", width: 1280 },
] as const)("from the claim to the first alert on the board, $language at $width px", ({ language, width }) => {
  const stop = new AbortController();
  let box: Box;
  beforeAll(async () => {
    box = await unpack(stop.signal);
  });
  afterAll(async () => {
    stop.abort();
    await box?.gateway.end();
    box?.dir[Symbol.dispose]();
  });

  it("26 rooms and 40 devices stand in the site file, each device at its door, and an alert comes", async () => {
    const words = WORDS[language];
    const { page, trouble } = await openPage(browser, box.claimLink, { width, language });
    let clicks = 0;
    await page.exposeFunction("countClick", () => {
      clicks += 1;
    });
    await claim(page);
    await page.evaluate(() => {
      const { countClick } = globalThis as unknown as { countClick(): void };
      document.addEventListener("click", ({ isTrusted }) => isTrusted && countClick(), true);
    });
    await setUpSiteAndRooms(page, words);
    expect(await obstacles(page)).toEqual([]);
    await setUpDevices(page, box, words);
    expect(await fits(page)).toBe(true);
    await press(page, words.next);
    await arrived(page, "tests");
    await press(page, words.next);
    await arrived(page, "uplink");
    await press(page, words.skip);
    await arrived(page, "finish");
    await press(page, words.finish);
    await page.waitForURL(/#\/$/);
    const site = readFileSync(box.siteFile, "utf8");
    expect(site.match(/\bportal: door-1-\d{3}\b/g)).toHaveLength(40);
    expect(site).not.toContain("unplaced");
    expect(site).toMatch(/\bid: "?mq-0012\b/);
    expect(existsSync(join(box.dir.path, "secrets", "mqtt-lock-1-101.password"))).toBe(true);
    const lock = box.devices.get("lock-1-101");
    while (lock?.connected !== true) await systemClock.sleep(50);
    lock.report({ kind: "tamper.on" });
    await page.locator(".banner-urgent, .banner-alert").first().waitFor({ timeout: 15_000 });
    expect(clicks).toBeLessThan(MOST_CLICKS);
    expect(trouble).toEqual([]);
  }, 240_000);
});
