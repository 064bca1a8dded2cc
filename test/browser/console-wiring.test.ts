/// <reference lib="dom" />
/** Wired devices in the set-up, over real bytes: a search whose finds are seen while it goes on, the make of a Modbus device, a reader's key, the test of all. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  createModbusCounter,
  createOsdpReader,
  MqttDevice,
  type OsdpReader,
  type SharedLine,
  type SimModbusCounter,
  serveTcp,
  shareLine,
  silentLog,
  type TcpFarEnd,
} from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callApi, claimBox, claimLinkOf } from "../support/console-account.ts";
import { type Look, obstacles, openBrowser, openPage, signIn, stickingOut } from "../support/console-page.ts";
import { freePort } from "../support/free-port.ts";
import { openRig, type Rig } from "../support/rig.ts";

const PASSWORD = "kein-geheimnis-42";
const WIDE = { width: 1280, language: "en" } as const satisfies Look;
const NARROW = { width: 390, language: "zh", scheme: "dark" } as const satisfies Look;
const SOON = { timeout: 20_000 };

let rig: Rig;
let browser: Browser;
let url: string;
let counterLine: TcpFarEnd;
let readerLine: TcpFarEnd;
let counter: SimModbusCounter;
let reader3: OsdpReader;
const lines: SharedLine[] = [];

beforeAll(async () => {
  const port = await freePort();
  [counterLine, readerLine] = [await serveTcp(), await serveTcp()];
  const random = new Random("console wiring");
  counter = createModbusCounter({ id: "counter", unit: 1 }, random);
  const other = createModbusCounter({ id: "other", unit: 2 }, random);
  // As it leaves the factory: with no key of its own.
  reader3 = createOsdpReader({ id: "reader", address: 3 }, random);
  lines.push(shareLine(counterLine, [counter, other], { clock: systemClock }));
  lines.push(shareLine(readerLine, [reader3], { clock: systemClock }));
  rig = await openRig({ devices: 2, uplinks: () => [], sections: { console: { listen: `127.0.0.1:${port}` } } });
  url = `https://127.0.0.1:${port}/`;
  browser = await openBrowser();
  const { page, context } = await openPage(browser, await claimLinkOf(rig.gateway, url), WIDE);
  await claimBox(page, "wang", PASSWORD);
  await context.close();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await rig?.[Symbol.asyncDispose]();
  for (const line of lines) line.stop();
  await counterLine?.close();
  await readerLine?.close();
});

async function opened(look: Look, path: string) {
  const all = await openPage(browser, url, look);
  await signIn(all.page, "wang", PASSWORD);
  await all.page.goto(`${url}#${path}`);
  return all;
}

async function expectGood(page: Page): Promise<void> {
  expect(await obstacles(page)).toEqual([]);
  expect(await stickingOut(page)).toEqual([]);
}

/** On the step of lines: a device server, and one protocol alone. */
async function search(
  page: Page,
  port: number,
  protocol: string,
  words: { host: string; protocols: string; scan: string },
) {
  await page.locator("main .ant-segmented-item").nth(1).click();
  await page.getByLabel(words.host).fill("127.0.0.1");
  await page.locator("main .ant-input-number input").fill(String(port));
  await page.getByLabel(words.protocols).click();
  await page.locator(".ant-select-dropdown:visible .ant-select-item-option", { hasText: protocol }).click();
  await page.keyboard.press("Escape");
  await page.locator(".ant-select-dropdown:visible").waitFor({ state: "hidden" });
  await page.getByRole("button", { name: words.scan }).click();
}

/** Out of the list of a field that is a `Select`. */
async function choose(page: Page, within: Locator, label: RegExp, option: string): Promise<void> {
  await within.getByLabel(label).click();
  await page.locator(".ant-select-dropdown:visible .ant-select-item-option", { hasText: option }).first().click();
  // A list on its way out has been left by its field, and stands without a name until it is gone.
  await page.locator(".ant-select-dropdown:visible").waitFor({ state: "hidden" });
}

it("finds are seen while the search goes on, and kept when it is cancelled; each gets its make and its door", async () => {
  const { page, context, trouble } = await opened(WIDE, "/set-up/lines");
  await search(page, counterLine.port, "Modbus", {
    host: "Address",
    protocols: "Only these protocols",
    scan: "Look for devices",
  });
  const live = page.getByRole("region", { name: "Devices found so far" });
  await live.getByText("2 found so far").waitFor(SOON);
  expect(await page.locator("main [role=status] .ant-progress").count()).toBe(1);
  await expectGood(page);
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.locator(".ant-alert[role=status]", { hasText: "Cancelled" }).waitFor(SOON);
  await page.getByText("2 devices found").waitFor();
  expect(await live.count()).toBe(0);
  expect((await callApi(page, "GET", "jobs")).body).toMatchObject({ jobs: [{ kind: "scan", state: "cancelled" }] });
  await page.getByRole("button", { name: "Next", exact: true }).click();
  await page.waitForURL(/set-up\/devices$/);
  const rows = page.locator("main tr.ant-table-row");
  await expect.poll(() => rows.count()).toBe(2);
  await choose(page, rows.nth(0), /^Choose its make/, "People counter with 32-bit");
  await choose(page, rows.nth(0), /^Place/, `door-${"count-0001"}`);
  await expectGood(page);
  await rows.nth(1).getByRole("checkbox").uncheck();
  await page.getByRole("button", { name: "Take 1 device", exact: true }).click();
  // Nobody gives a door a second counter without being asked.
  await page.getByText("count-0001 is there already, unit-1 would be the second").waitFor();
  await page.getByRole("button", { name: "Put both there" }).click();
  await page.getByText("3 devices are there").waitFor(SOON);
  const site = readFileSync(rig.siteFile, "utf8");
  expect(site).toMatch(/"?map"?: ?"?people-counter/);
  expect(trouble).toEqual([]);
  await context.close();
}, 90_000);

it("a reader that never had a key gets its own by one press of a button, and is there", async () => {
  const { page, context, trouble } = await opened(NARROW, "/set-up/lines");
  await search(page, readerLine.port, "OSDP", { host: "地址", protocols: "只找这些协议", scan: "查找设备" });
  await page.getByText("目前找到 1 台").waitFor(SOON);
  await page.getByRole("button", { name: "取消", exact: true }).click();
  await page.getByText("找到 1 台设备").waitFor(SOON);
  await page.getByRole("button", { name: "下一步", exact: true }).click();
  await page.waitForURL(/set-up\/devices$/);
  const row = page.locator("main tr.ant-table-row").first();
  await row.waitFor();
  await choose(page, row, /^位置/, "door-count-0002");
  await page.getByRole("button", { name: /^采用 1 台设备$/ }).click();
  await page.getByText("已有 4 台设备").waitFor(SOON);
  await page.goto(`${url}#/set-up/tests`);
  const reader = page.locator(".gh-rows > li", { hasText: "安装密钥" });
  await reader.waitFor(SOON);
  await expectGood(page);
  await reader.getByRole("button", { name: "测试", exact: true }).click();
  await reader.getByText("读卡器还没有密钥。").first().waitFor(SOON);
  await reader.getByText("✗ 未通过").waitFor(SOON);
  await reader.getByRole("button", { name: "安装密钥" }).click();
  await page.getByText("5 分钟内读卡器可以领取密钥").waitFor();
  // It says so by itself, as soon as the reader has it.
  await reader.waitFor({ state: "detached", ...SOON });
  const { body } = await callApi(page, "GET", "devices/reader-3");
  expect(body).toMatchObject({ row: { online: true, codes: [] } });
  expect(readdirSync(join(rig.stateDir, "drivers/osdp-1"))).toContain("reader-3.json");
  const row3 = page.locator(".gh-rows > li", { hasText: "reader-3" });
  await row3.getByText("密钥已安装，读卡器已连接。请再测试一次。").waitFor(SOON);
  // By its text: the mark of the work before may be on its way out yet, and is part of the button's name until then.
  await row3.locator("button", { hasText: /^测试$/ }).click();
  await row3.getByText("设备已闪灯或鸣响。").waitFor(SOON);
  reader3.act({ kind: "card", number: 4_711 }, systemClock.monoMs());
  await row3.getByText("✓ 通过").waitFor(SOON);
  await expectGood(page);
  expect(trouble).toEqual([]);
  await context.close();
}, 90_000);

it("the test of all shows each result as it comes, goes on while the page is loaded anew, and is cancelled", async () => {
  const stop = new AbortController();
  const answer = ({ id }: { readonly id: string }) => ({ id, ok: true });
  const device = new MqttDevice({ id: "count-0001", url: rig.url, clock: systemClock, log: silentLog, answer });
  const running = device.run(stop.signal);
  while (!device.connected) await systemClock.sleep(50);
  const { page, context, trouble } = await opened(WIDE, "/set-up/tests");
  const row = (id: string) =>
    page.locator(".gh-rows > li", { has: page.locator("strong", { hasText: new RegExp(`^${id}$`) }) });
  await page.getByRole("button", { name: "Test all (3)" }).click();
  for (const id of ["unit-1", "count-0001", "count-0002"]) await row(id).getByText("Testing").waitFor(SOON);
  counter.act({ kind: "pass", direction: "in" }, systemClock.monoMs());
  await row("unit-1").getByText("✓ Passed").waitFor(SOON);
  await page.getByText("2 of 4 passed").waitFor();
  await row("count-0001").getByText("Testing").waitFor();
  await page.reload();
  await row("unit-1").getByText("✓ Passed").waitFor(SOON);
  await row("count-0001").getByText("Testing").waitFor(SOON);
  device.report({ kind: "count.in", value: 1 });
  await row("count-0001").getByText("✓ Passed").waitFor(SOON);
  await expectGood(page);
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.locator(".ant-alert[role=status]", { hasText: "Cancelled" }).waitFor(SOON);
  await page.getByText("3 of 4 passed").waitFor();
  await row("count-0002").getByText("Not tested").waitFor();
  await page.getByRole("button", { name: "Test all (1)" }).waitFor();
  expect(trouble).toEqual([]);
  await context.close();
  stop.abort();
  await running;
}, 90_000);

it("a box that lets MQTT in from itself alone says so, and is opened to the devices' network by one press", async () => {
  const { page, context, trouble } = await opened(NARROW, "/set-up/devices");
  const { port } = new URL(rig.url);
  const elsewhere = { url: `mqtt://127.0.0.2:${port}`, clock: systemClock, log: silentLog };
  const stop = new AbortController();
  const device = new MqttDevice({ id: "count-0002", ...elsewhere });
  const running = device.run(stop.signal);
  const address = page.getByLabel("网关在设备网络上的地址");
  await address.waitFor(SOON);
  // The page was opened by loopback, which no device can be told.
  expect(await address.inputValue()).toBe("0.0.0.0:1883");
  await expectGood(page);
  await address.fill(`127.0.0.1:${port}`);
  await page.keyboard.press("Enter");
  await page.getByText("请填写网关的 IP 地址和端口").waitFor();
  expect(page.url()).toMatch(/set-up\/devices$/);
  await expectGood(page);
  // Of an address the box does not have, only the start finds out.
  await address.fill(`192.0.2.1:${port}`);
  await page.getByRole("button", { name: "在该地址开放 MQTT" }).click();
  await page.getByText("网关无法使用新的设置启动").waitFor(SOON);
  expect(await address.inputValue()).toBe(`192.0.2.1:${port}`);
  await expectGood(page);
  await address.fill(`0.0.0.0:${port}`);
  await page.keyboard.press("Enter");
  await page.getByText(`mqtt://127.0.0.1:${port}`).waitFor(SOON);
  expect(await address.count()).toBe(0);
  await expect.poll(() => device.connected).toBe(true);
  expect(trouble).toEqual([]);
  await context.close();
  stop.abort();
  await running;
}, 90_000);
