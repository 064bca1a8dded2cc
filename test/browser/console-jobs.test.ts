/// <reference lib="dom" />
/** Long work in the page: a board gets new firmware with every step seen; a search and an update are cancelled. */
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BlankBoard, blankBoard } from "../support/blank-board.ts";
import { type BridgeProcess, startBridge } from "../support/bridge-process.ts";
import { boardSections, kindsOf } from "../support/bridged-board.ts";
import { callApi } from "../support/console-account.ts";
import { fits, type Opened, obstacles, openBrowser, openPage, signIn } from "../support/console-page.ts";
import { CONSOLE_PASSWORD, claimConsole } from "../support/console-session.ts";
import { freePort } from "../support/free-port.ts";
import { eventually, openRig, type Rig } from "../support/rig.ts";
import { tempDir } from "../support/temp-dir.ts";

const IMAGE = fileURLToPath(
  new URL("../../firmware-bridge/firmware/released/door-node-atmega328p.hex", import.meta.url),
);

let rig: Rig;
let browser: Browser;
let board: BlankBoard;
let empty: BlankBoard;
let bridge: BridgeProcess;
let mute: Server;
let url: string;
const folder = tempDir();

beforeAll(async () => {
  const keys = `chip=atmega328p&hex=${IMAGE}&eeprom=${join(folder.path, "door.eeprom")}`;
  board = await blankBoard(keys, `pty:${folder.path}/door`);
  empty = await blankBoard("chip=atmega2560", "tcp:127.0.0.1:0");
  mute = createServer((socket) => void socket.on("error", () => {}).resume());
  await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
  const port = await freePort();
  const sections = { ...boardSections(board.link), console: { listen: `127.0.0.1:${port}` } };
  rig = await openRig({ devices: 1, uplinks: () => [], sections });
  url = `https://127.0.0.1:${port}/`;
  bridge = startBridge(rig.siteFile, rig.url);
  await there(1);
  await claimConsole(rig.gateway, port);
  browser = await openBrowser();
}, 90_000);

afterAll(async () => {
  await browser?.close();
  await bridge?.end();
  await rig?.[Symbol.asyncDispose]();
  await board?.[Symbol.asyncDispose]();
  await empty?.[Symbol.asyncDispose]();
  mute?.close();
  folder[Symbol.dispose]();
});

const there = (times: number) =>
  eventually(
    () => bridge.said("board is there").length,
    (count) => count >= times,
    30_000,
  );

async function signedIn(look: Parameters<typeof openPage>[2], path: string): Promise<Opened> {
  const opened = await openPage(browser, url, look);
  await signIn(opened.page, "wang", CONSOLE_PASSWORD);
  await opened.page.goto(`${url}#${path}`);
  return opened;
}

/** What the page says of the job, whenever it says something else, until it has ended. */
async function story(page: Page, until: RegExp, onText: (text: string) => void = () => {}): Promise<string[]> {
  const seen: string[] = [];
  await eventually(
    async () => {
      const texts = await page.locator(".gh-stages [aria-current=step], [data-job]").allTextContents();
      for (const text of texts)
        if (!seen.includes(text)) {
          seen.push(text);
          onText(text);
        }
      return seen.join("\n");
    },
    (all) => until.test(all),
    60_000,
  );
  return seen;
}

const WORDS = {
  en: {
    update: "Update firmware",
    now: "Update now",
    press: /Press the reset button on the board now/,
    held: "Cannot be cancelled now",
    done: /Done · The board runs version 1\.1/,
    steps: [/Enter the bootloader/, /Write/, /Read back/, /Start/],
    warns: ["exit button and fire release do not work", "lock relays are let go", "taken in first"],
  },
  zh: {
    update: "更新固件",
    now: "现在更新",
    press: /请现在按一下门控板上的复位按钮/,
    held: "现在不能取消",
    done: /已完成 · 门控板已运行 1\.1 版固件/,
    steps: [/进入引导程序/, /写入/, /回读校验/, /启动/],
    warns: ["出门按钮和消防联动不起作用", "门锁继电器释放", "先接收门控板已记录的事件"],
  },
} as const;

describe.each([
  { width: 390, language: "en", scheme: "light" },
  { width: 1280, language: "zh", scheme: "dark" },
] as const)("at $width px, $language", (look) => {
  it("a board is updated from its device's page, each step seen, and counts on", async () => {
    const words = WORDS[look.language];
    const { page, context, trouble } = await signedIn(look, "/devices/count-0001");
    const section = page.locator(".gh-board-firmware");
    await section.locator("[data-firmware='1.1']").waitFor();
    await section.getByRole("button", { name: words.update }).click();
    const said = await section.locator(".gh-sure").textContent();
    for (const warning of words.warns) expect(said).toContain(warning);
    expect(await obstacles(page)).toEqual([]);
    expect(await fits(page)).toBe(true);
    const starts = bridge.said("board is there").length;
    await section.getByRole("button", { name: words.now }).click();
    let held = Promise.resolve(0);
    const seen = await story(page, words.done, (text) => {
      if (words.press.test(text)) board.pressReset();
      if (words.steps[1].test(text)) held = section.getByRole("button", { name: words.held }).count();
    });
    // The last one may be over before the page hears of it.
    for (const step of words.steps.slice(0, 3))
      expect(
        seen.filter((text) => step.test(text)),
        seen.join("\n"),
      ).not.toEqual([]);
    expect(await held).toBe(1);
    await expect.poll(() => section.locator(".gh-stageDone").count()).toBe(4);
    const done = await section.locator(".gh-stageDone").allTextContents();
    for (const [n, step] of words.steps.entries()) expect(done[n]).toMatch(step);
    expect(await obstacles(page)).toEqual([]);
    expect(await fits(page)).toBe(true);
    await there(starts + 1);
    await section.locator("[data-firmware='1.1']").waitFor();
    const counted = kindsOf(rig, "count-0001").length;
    board.act({ kind: "walk", direction: "in", speedMmPerS: 1_500 });
    await eventually(
      () => kindsOf(rig, "count-0001").length,
      (count) => count === counted + 1,
    );
    expect(trouble).toEqual([]);
    await context.close();
  }, 90_000);

  it("an update that nobody pressed the button for is cancelled, and stands in the list of long work", async () => {
    const words = WORDS[look.language];
    const cancel = look.language === "zh" ? "取消" : "Cancel";
    const { page, context, trouble } = await signedIn(look, "/devices/count-0001");
    await page.getByRole("button", { name: words.update }).click();
    await page.getByRole("button", { name: words.now }).click();
    await story(page, words.press);
    await page.goto(`${url}#/`);
    await page.locator(".board").waitFor();
    await page.goto(`${url}#/devices/count-0001`);
    await story(page, words.press);
    const section = page.locator(".gh-board-firmware");
    expect(await section.getByRole("button", { name: words.update }).isDisabled()).toBe(true);
    await page.route("**/api/1/boards", (route) => route.abort());
    await page.locator(".job").getByRole("button", { name: cancel, exact: true }).click();
    await page.locator("[data-job=cancelled]").waitFor();
    await page.locator(".ant-alert-error").first().waitFor();
    expect(await section.locator("[data-firmware]").count()).toBe(1);
    await page.unroute("**/api/1/boards");
    expect(await page.locator("[data-job=cancelled]").textContent()).toMatch(/Nothing was written|未写入任何内容/);
    await page.goto(`${url}#/jobs`);
    await page.locator("main li [data-job=cancelled]").first().waitFor();
    expect(await obstacles(page)).toEqual([]);
    expect(await fits(page)).toBe(true);
    expect(trouble).toEqual([]);
    await context.close();
  }, 60_000);
});

it("a board in no site file gets its firmware over a device server, once its chip is named", async () => {
  const { page, context, trouble } = await signedIn({ width: 390, language: "zh" }, "/boards/new");
  await page.locator("main .ant-segmented-item").nth(1).click();
  const [host, port] = empty.link.slice("tcp:".length).split(":");
  await page.getByLabel("地址").fill(String(host));
  await page.locator("main .ant-input-number input").fill(String(port));
  await page.locator("select.choose").selectOption("atmega2560");
  await page.getByRole("button", { name: "写入固件" }).click();
  await page.locator(".ant-popconfirm").getByRole("button", { name: "现在更新" }).click();
  await page.locator("[data-job=running]").waitFor();
  await page.goto(`${url}#/`);
  await page.locator(".board").waitFor();
  await page.goto(`${url}#/boards/new`);
  expect(await page.getByRole("button", { name: "写入固件" }).isDisabled()).toBe(true);
  await story(page, /已完成 · 门控板已运行 1\.1 版固件/);
  expect(await fits(page)).toBe(true);
  expect(trouble).toEqual([]);
  await context.close();
}, 90_000);

it("a search of a line is seen at work and cancelled", async () => {
  const { page, context, trouble } = await signedIn({ width: 1280, language: "zh" }, "/set-up/lines");
  await page.locator("main .ant-segmented-item").nth(1).click();
  const { port } = mute.address() as { readonly port: number };
  await page.getByLabel("地址").fill("127.0.0.1");
  await page.locator("main .ant-input-number input").fill(String(port));
  await page.locator("main").getByRole("button", { name: "查找设备" }).click();
  await page.locator("[role=status] .ant-progress").waitFor();
  await page.locator("[role=status]").getByRole("button").click();
  await page.locator(".ant-alert[role=status]").waitFor();
  expect(await page.locator(".ant-alert[role=status]").textContent()).toContain("已取消");
  expect(trouble).toEqual([]);
  await context.close();
}, 60_000);

it("the file of a job is had from the list of long work; a month's report is found again where it was asked for", async () => {
  const { page, context, trouble } = await signedIn({ width: 1280, language: "en" }, "/report");
  // As where more than 10,000 alerts are kept.
  await page.route("**/api/1/reports", async (route) => {
    if (route.request().method() !== "GET") return route.continue();
    const response = await route.fetch();
    return route.fulfill({ response, json: { ...((await response.json()) as object), long: true } });
  });
  await page.reload();
  const save = page.locator(".page-head a[download]");
  const make = page.getByRole("button", { name: "Make the report" });
  await make.click();
  await save.waitFor();
  await page.goto(`${url}#/jobs`);
  const link = page.locator("main li", { hasText: "Monthly report" }).locator("a[download]");
  await link.waitFor();
  expect(await obstacles(page)).toEqual([]);
  const saved = page.waitForEvent("download");
  await link.click();
  expect((await saved).suggestedFilename()).toMatch(/^report-20\d\d-\d\d\.html$/);
  await page.goto(`${url}#/report`);
  await save.waitFor();
  await page.locator("[data-month]").waitFor();
  expect(trouble).toEqual([]);
  await context.close();
}, 60_000);

it("who only reads sees how far long work is, and no end to it", async () => {
  const owner = await signedIn({ width: 1280, language: "en" }, "/jobs");
  const reader = { name: "reader", password: "erstes-wort-42" };
  expect((await callApi(owner.page, "POST", "accounts", { ...reader, roles: ["auditor"] })).status).toBe(200);
  const { page, context, trouble } = await openPage(browser, url, { width: 1280, language: "en" });
  await signIn(page, reader.name, reader.password);
  const change = { old: reader.password, new: CONSOLE_PASSWORD };
  expect((await callApi(page, "PUT", "session/password", change)).status).toBe(200);
  await page.goto(`${url}#/jobs`);
  await page.reload();
  const { port } = mute.address() as { readonly port: number };
  const scan = await callApi(owner.page, "POST", "scans", { link: `tcp:127.0.0.1:${port}` });
  expect(scan.status).toBe(200);
  for (const [shown, ends] of [
    [owner.page, 1],
    [page, 0],
  ] as const) {
    await shown.locator("main li [data-job=running]").first().waitFor();
    expect(await shown.locator("main li").getByRole("button", { name: "Cancel" }).count()).toBe(ends);
  }
  await owner.page.locator("main li").getByRole("button", { name: "Cancel" }).click();
  await page.locator("main li [data-job=cancelled]").first().waitFor();
  expect([...owner.trouble, ...trouble]).toEqual([]);
  await owner.context.close();
  await context.close();
}, 60_000);
