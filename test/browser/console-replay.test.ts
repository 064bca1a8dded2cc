/// <reference lib="dom" />
/** "What if the limit were …" over a long history in the page: seen at work, cancelled where it was begun and in the list of long work, begun again. */
import { systemClock } from "@gatehouse/protocol";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callApi } from "../support/console-account.ts";
import { type Look, obstacles, openBrowser, openPage, signIn, stickingOut } from "../support/console-page.ts";
import { CONSOLE_PASSWORD, claimConsole } from "../support/console-session.ts";
import { freePort } from "../support/free-port.ts";
import { deviceIds } from "../support/load-site.ts";
import { comingsAndGoings, writePast } from "../support/past-readings.ts";
import { openRig, type Rig } from "../support/rig.ts";

const COUNTERS = 60;
/** The days that the page asks for, and four weeks before them. */
const DAYS = 58;
/** A replay of it takes several times as long: who is through sooner was not cancelled. */
const SOON = { timeout: 5_000 };

let rig: Rig;
let browser: Browser;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  const sections = { console: { listen: `127.0.0.1:${port}` } };
  rig = await openRig({ devices: COUNTERS, uplinks: () => [], sections });
  url = `https://127.0.0.1:${port}/`;
  await claimConsole(rig.gateway, port);
  await rig.gateway.end("SIGTERM");
  await writePast(rig.stateDir, comingsAndGoings(deviceIds(COUNTERS), DAYS, systemClock.nowMs()));
  await rig.restart();
  browser = await openBrowser();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await rig?.[Symbol.asyncDispose]();
});

interface Row {
  readonly kind: string;
  readonly state: string;
  readonly progress: number | null;
}

const jobsOf = async (page: Page): Promise<readonly Row[]> =>
  ((await callApi(page, "GET", "jobs")).body as { readonly jobs: readonly Row[] }).jobs;

/** Begun on the room's page, and seen to get on. */
async function begin(page: Page): Promise<void> {
  await page.locator(".what-if button.ant-btn-primary").click();
  await page.locator("[data-job=running]").waitFor();
  const bar = page.locator(".job [role=progressbar]");
  await expect.poll(async () => Number(await bar.getAttribute("aria-valuenow"))).toBeGreaterThan(0);
  expect(await page.locator("[data-job=running]").count()).toBe(1);
}

const LOOKS = [
  { width: 1280, language: "en", scheme: "light" },
  { width: 390, language: "zh", scheme: "dark" },
] as const satisfies readonly Look[];

const WORDS = {
  en: { begun: "What if the limit were 1?", cancel: "Cancel", cancelled: "Cancelled" },
  zh: { begun: "如果上限为1人", cancel: "取消", cancelled: "已取消" },
} as const;

it.each(LOOKS)("is cancelled where it was begun, and begun again, at $width px, $language", async (look) => {
  const words = WORDS[look.language];
  const { page, context, trouble } = await openPage(browser, url, look);
  await signIn(page, "wang", CONSOLE_PASSWORD);
  await page.goto(`${url}#/rooms/flat-count-0001`);
  await page.locator(".what-if input").fill("1");
  for (const _time of ["once", "and again"]) {
    await begin(page);
    expect(await page.locator("[data-job=running]").textContent()).toContain(words.begun);
    expect(await obstacles(page)).toEqual([]);
    expect(await stickingOut(page)).toEqual([]);
    await page.locator(".job").getByRole("button", { name: words.cancel, exact: true }).click();
    await page.locator("[data-job=cancelled]").waitFor(SOON);
    expect(await page.locator("[data-job=cancelled]").textContent()).toContain(words.cancelled);
    expect(await page.locator(".what-if button.ant-btn-primary").isEnabled()).toBe(true);
    expect(await page.locator(".job button, .job table").count()).toBe(0);
    expect((await jobsOf(page)).filter(({ state }) => state !== "cancelled")).toEqual([]);
  }
  expect(trouble).toEqual([]);
  await context.close();
});

it("is cancelled in the list of long work, and its own page says so by itself", async () => {
  const [here, there] = [await openPage(browser, url, LOOKS[0]), await openPage(browser, url, LOOKS[1])];
  for (const { page } of [here, there]) await signIn(page, "wang", CONSOLE_PASSWORD);
  await here.page.goto(`${url}#/rooms/flat-count-0002`);
  await begin(here.page);
  await there.page.goto(`${url}#/jobs`);
  const running = there.page.locator("main li", { has: there.page.locator("[data-job=running]") });
  await running.getByRole("button", { name: WORDS.zh.cancel, exact: true }).click();
  await here.page.locator("[data-job=cancelled]").waitFor(SOON);
  await running.waitFor({ state: "detached" });
  expect(await there.page.locator("main li [data-job=cancelled]").count()).toBeGreaterThan(0);
  expect(await obstacles(there.page)).toEqual([]);
  expect(await stickingOut(there.page)).toEqual([]);
  expect((await jobsOf(here.page)).filter(({ state }) => state !== "cancelled")).toEqual([]);
  expect([...here.trouble, ...there.trouble]).toEqual([]);
  await here.context.close();
  await there.context.close();
});

it("tells, when nobody cancels it, what would have been", async () => {
  const { page, context, trouble } = await openPage(browser, url, LOOKS[0]);
  await signIn(page, "wang", CONSOLE_PASSWORD);
  await page.goto(`${url}#/rooms/flat-count-0003`);
  await begin(page);
  await page.locator("[data-job=done]").waitFor({ timeout: 60_000 });
  const [now, then] = await page.locator(".job tbody tr").first().locator("td").allInnerTexts();
  expect(Number(then)).toBeGreaterThan(Number(now));
  expect(trouble).toEqual([]);
  await context.close();
}, 90_000);
