/// <reference lib="dom" />
/** The set-up on a phone by somebody who reads only the screen: what is wrong is on the screen and says what to do, and nothing moves under the finger. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MqttDevice, silentLog } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { claimLinkOf } from "../support/console-account.ts";
import { obstacles, openBrowser, openPage, stickingOut } from "../support/console-page.ts";
import { freePort } from "../support/free-port.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";

const PASSWORD = "kein-geheimnis-42";
const SOON = { timeout: 30_000 };
/** None of them says by its name where it hangs. */
const DEVICES = ["front-lock", "side-lock", "back-lock"] as const;

const stop = new AbortController();
const devices = new Map<string, MqttDevice>();
let dir: TempDir;
let siteFile: string;
let gateway: GatewayProcess;
let browser: Browser;
let page: Page;
let context: BrowserContext;
let trouble: readonly string[];

beforeAll(async () => {
  dir = tempDir();
  const [mqtt, web] = [await freePort(), await freePort()];
  siteFile = join(dir.path, "site.yaml");
  const site = { id: "box-1", name: "box-1", kind: "rental-compound", address: { grid: "unowned" } };
  const listens = { broker: { listen: `127.0.0.1:${mqtt}` }, console: { listen: `127.0.0.1:${web}` } };
  writeFileSync(siteFile, JSON.stringify({ site: { ...site, timezone: "Asia/Shanghai" }, spaces: [], ...listens }));
  const stateDir = join(dir.path, "state");
  mkdirSync(stateDir);
  writeFileSync(join(stateDir, "new-site"), "");
  gateway = await startGateway({ siteFile, stateDir });
  for (const id of DEVICES) {
    const answer = (command: { readonly id: string }) => ({ id: command.id, ok: true });
    const link = { url: `mqtt://127.0.0.1:${mqtt}`, password: `pw of ${id}`, clock: systemClock, log: silentLog };
    const device = new MqttDevice({ id, ...link, answer });
    devices.set(id, device);
    void device.run(stop.signal);
  }
  browser = await openBrowser();
  const link = await claimLinkOf(gateway, `https://127.0.0.1:${web}/`);
  ({ page, context, trouble } = await openPage(browser, link, { width: 390, language: "zh" }));
}, 60_000);

afterAll(async () => {
  await context?.close();
  await browser?.close();
  stop.abort();
  await gateway?.end();
  dir?.[Symbol.dispose]();
});

const press = (name: string | RegExp) => page.getByRole("button", { name, exact: true }).first().click();
/** From the top of the first row to that of the second: the page itself may be scrolled. */
const step = async (rows: Locator): Promise<number> => {
  const [first, second] = await rows.evaluateAll((all) => all.map((row) => row.getBoundingClientRect().y));
  return Math.round((second ?? 0) - (first ?? 0));
};
const site = () => readFileSync(siteFile, "utf8");
const scrollTo = (y: number) => page.locator("main").evaluate((main, y) => main.scrollTo(0, y), y);

/** As the eye sees it: not under the notes at the top nor under the way on at the foot. */
async function isSeen(what: Locator): Promise<boolean> {
  const [box, foot] = [await what.boundingBox(), await page.locator(".gh-step-foot").boundingBox()];
  return box !== null && foot !== null && box.y >= 36 && box.y + box.height <= foot.y;
}

async function expectGood(): Promise<void> {
  expect(await obstacles(page)).toEqual([]);
  expect(await stickingOut(page)).toEqual([]);
  expect(trouble).toEqual([]);
}

/** A device that is there again after the box started anew. */
async function deviceOf(id: (typeof DEVICES)[number]): Promise<MqttDevice> {
  const device = devices.get(id);
  while (device?.connected !== true) await systemClock.sleep(50);
  return device;
}

it("a name an account cannot have is told beside it, and blanks a keyboard put behind it are none of it", async () => {
  const name = page.locator("input[autocomplete=username]");
  await name.fill("张 伟");
  for (const field of await page.locator("input[autocomplete=new-password]").all()) await field.fill(PASSWORD);
  await page.getByText("只能用字母、汉字、数字和 . _ -，中间不能有空格").waitFor();
  expect(await page.locator("button[type=submit]").isDisabled()).toBe(true);
  await name.fill("张伟 ");
  await page.locator("button[type=submit]").click();
  await page.waitForURL(/#\/set-up\/site$/);
  await page.locator(".gh-choice").nth(3).waitFor();
}, 60_000);

it("of two rules for one kind of premises the one that was tapped counts, and a field that is wrong comes to the eye", async () => {
  const [, , shanghai, national] = await page.locator(".gh-choice").all();
  expect(await shanghai?.locator("strong").textContent()).not.toBe(await national?.locator("strong").textContent());
  await shanghai?.click();
  expect(await page.locator("main input[type=radio]:checked").count()).toBe(1);
  await page.getByLabel("站点名称").fill("银桂工地");
  await page.getByLabel("标准地址编码").fill("31011210400700001");
  await page.getByLabel("责任网格", { exact: true }).fill("MQ-053");
  await scrollTo(99_999);
  await press("保存并继续");
  const number = page.getByLabel("站点编号");
  await expect.poll(() => number.evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await isSeen(number)).toBe(true);
  await expectGood();
  await page.keyboard.type("mq-0012");
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/set-up\/rooms$/, SOON);
  expect(site()).toContain("cn-sh-site-2023");
  expect(site()).not.toContain("jgj146");
}, 60_000);

it("a list with a mistake says beside each cell what the cell is, and what to write instead", async () => {
  await page.getByText("导入表格").click();
  const list = "楼栋,房间编号,面积\n1,1-101,20\n";
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "rooms.csv", mimeType: "text/csv", buffer: Buffer.from(list) });
  await page.getByText("没有编号为“1”的楼层或楼栋：请留空，或为它另加一行").waitFor(SOON);
  const told = await page
    .locator("main td[data-label]")
    .evaluateAll((cells) => cells.map((cell) => getComputedStyle(cell, "::before").content));
  expect(told.slice(0, 2)).toEqual(['"行"', '"编号"']);
  await expectGood();
  await page.getByText("按楼层生成").click();
  await page.getByLabel("到几层").fill("1");
  await press(/^采用 4 个房间$/);
  await page.waitForURL(/#\/set-up\/lines$/, SOON);
  await press("暂时跳过");
  await page.waitForURL(/#\/set-up\/devices$/);
}, 60_000);

it("what is decided of a device leaves the one below it where it is", async () => {
  // Here it is true: the broker of this test listens on loopback.
  await page.getByText("MQTT 现在只在网关内部开放").waitFor(SOON);
  await press(/^接收 MQTT 设备/);
  const rows = page.locator("main tr.ant-table-row");
  await expect.poll(() => rows.count(), SOON).toBe(DEVICES.length);
  const before = await step(rows);
  const later = rows.nth(0).getByRole("button", { name: "稍后刷卡确定" });
  await later.click();
  await later.waitFor({ state: "detached" });
  expect(await step(rows)).toBe(before);
  await press(/^其余 2 台/);
  await press(/^采用 3 台设备$/);
  await page.getByText("待定位设备 (3)").waitFor(SOON);
  await expectGood();
}, 60_000);

it("the device that sees a card comes to the eye, and its place is what the foot of the page saves", async () => {
  const device = await deviceOf("side-lock");
  await page.getByText("正在等待刷卡…").waitFor(SOON);
  // As with the keyboard still open: whatever stands above it, it is below the fold.
  await page.setViewportSize({ width: 390, height: 560 });
  await scrollTo(0);
  device.report({ kind: "card.read", credential: "04A1B2C3" });
  const lit = page.locator(".gh-lit");
  await lit.waitFor();
  await expect.poll(() => isSeen(lit)).toBe(true);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectGood();
  await lit.getByRole("button", { name: "扫门牌" }).click();
  await page.getByLabel("门牌号").fill("1-102");
  await page.keyboard.press("Enter");
  await page.locator(".gh-step-foot").getByRole("button", { name: "保存 1 个位置" }).click();
  await page.getByText("待定位设备 (2)").waitFor(SOON);
  await expect.poll(site).toMatch(/side-lock.*portal"?: ?"?door-1-102/);
}, 60_000);

it("a test that ends leaves the device below it where it is, and what has no door yet is said at the end", async () => {
  await press("下一步");
  await page.waitForURL(/#\/set-up\/tests$/);
  const rows = page.locator(".gh-rows > li");
  await expect.poll(() => rows.count(), SOON).toBe(DEVICES.length);
  const first = rows.nth(0);
  const id = (await first.locator("strong").first().textContent()) as (typeof DEVICES)[number];
  const device = await deviceOf(id);
  await first.locator("button", { hasText: /^测试$/ }).click();
  await first.getByText("请现在用卡、钥匙或把手开门。").first().waitFor(SOON);
  const during = await step(rows);
  device.report({ kind: "card.read", credential: "04A1B2C3" });
  await first.getByText("✓ 通过").waitFor(SOON);
  await first.locator(".ant-progress").waitFor({ state: "detached" });
  expect(await step(rows)).toBe(during);
  await press("下一步");
  await page.waitForURL(/#\/set-up\/uplink$/);
  await press("暂时跳过");
  await page.getByRole("link", { name: /front-lock.*还没有定位/ }).waitFor(SOON);
  await expectGood();
}, 90_000);
