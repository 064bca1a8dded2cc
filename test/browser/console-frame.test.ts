/// <reference lib="dom" />
/** What stands around every page: another language costs nothing that was typed, and a backlog shows wherever somebody is. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callApi, claimBox, claimLinkOf } from "../support/console-account.ts";
import { type Look, obstacles, openBrowser, openPage, signIn } from "../support/console-page.ts";
import { freePort } from "../support/free-port.ts";
import { pageAddresses } from "../support/page-table.ts";
import { eventually, openRig, type Rig, readingsTopic } from "../support/rig.ts";

const PASSWORD = "kein-geheimnis-42";
const DEVICE = "count-0001";
const WIDE = { width: 1280, language: "en" } as const satisfies Look;
const NARROW = { width: 390, language: "zh" } as const satisfies Look;
const SOON = { timeout: 15_000 };

let rig: Rig;
let browser: Browser;
let url: string;
let alertId: string;

beforeAll(async () => {
  const port = await freePort();
  rig = await openRig({ devices: 1, sections: { console: { listen: `127.0.0.1:${port}` } } });
  url = `https://127.0.0.1:${port}/`;
  browser = await openBrowser();
  const { page, context } = await openPage(browser, await claimLinkOf(rig.gateway, url), WIDE);
  await claimBox(page, "wang", PASSWORD);
  const device = await rig.device(DEVICE);
  await device.publishAsync(readingsTopic(DEVICE), JSON.stringify({ kind: "tamper.on", epoch: 1, seq: 1 }), { qos: 1 });
  const { body } = await eventually(
    () => callApi(page, "GET", "alerts"),
    ({ body }) => (body as { items: unknown[] }).items.length > 0,
  );
  alertId = (body as { items: { id: string }[] }).items[0]?.id ?? "";
  await context.close();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await rig?.[Symbol.asyncDispose]();
});

/** Calls of the API that are under way. */
function countCalls(page: Page): () => number {
  const open = new Set<unknown>();
  page.on("request", (request) => request.url().includes("/api/1/") && open.add(request));
  page.on("requestfinished", (request) => open.delete(request));
  page.on("requestfailed", (request) => open.delete(request));
  return () => open.size;
}

const FIELDS = "main input:not([type=file]):not([role]):not([type=checkbox]):not([type=radio]), main textarea";

/** Into each field that takes a text; those of it that stand there. */
const typeEverywhere = (page: Page): Promise<number> =>
  page.evaluate((fields) => {
    const all = [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(fields)];
    const open = all.filter((field) => field.checkVisibility() && !field.disabled && !field.readOnly);
    for (const [n, field] of open.entries()) {
      const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
      Object.getOwnPropertyDescriptor(kind.prototype, "value")?.set?.call(field, `typed ${n}`);
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dataset["typed"] = field.value;
    }
    return open.filter(({ value }) => value.startsWith("typed")).length;
  }, FIELDS);

const stillTyped = (page: Page): Promise<number> =>
  page.evaluate(
    (fields) =>
      [...document.querySelectorAll<HTMLInputElement>(fields)].filter(
        ({ value, dataset }) => value.startsWith("typed") && value === dataset["typed"],
      ).length,
    FIELDS,
  );

it("whatever is typed on whatever page stays when the language is changed, and the page speaks the other one", async () => {
  const { page, context, trouble } = await openPage(browser, url, WIDE);
  const calls = countCalls(page);
  await signIn(page, "wang", PASSWORD);
  const names = { "/rooms/:id": [`flat-${DEVICE}`], "/alerts/:id": [alertId], "/devices/:id": [DEVICE] };
  let fields = 0;
  let isEnglish = true;
  for (const address of await pageAddresses(names)) {
    await page.goto(`${url}#${address}`);
    await page.locator("main h1").first().waitFor();
    await expect.poll(() => page.locator(".waiting").count(), SOON).toBe(0);
    await expect.poll(calls, SOON).toBe(0);
    for (const fold of await page.locator("main details:not([open]) > summary").all()) await fold.click();
    const typed = await typeEverywhere(page);
    await expect.poll(calls, SOON).toBe(0);
    await page
      .locator(".side-bar")
      .getByText(isEnglish ? "中文" : "English", { exact: true })
      .click();
    isEnglish = !isEnglish;
    await expect.poll(() => page.locator("html").getAttribute("lang")).toBe(isEnglish ? "en" : "zh-CN");
    await expect.poll(calls, SOON).toBe(0);
    expect.soft(await stillTyped(page), address).toBe(typed);
    fields += typed;
  }
  expect(fields).toBeGreaterThan(20);
  expect(trouble).toEqual([]);
  await context.close();
}, 120_000);

it.each([WIDE, NARROW])("a platform that is behind shows in the navigation, at $width px, $language", async (look) => {
  const { page, context, trouble } = await openPage(browser, url, look);
  await page.route("**/api/1/uplinks", async (route) => {
    const response = await route.fetch();
    const { uplinks } = (await response.json()) as { uplinks: { lanes: { telemetry: object } }[] };
    const behind = uplinks.map((row) => {
      const telemetry = { ...row.lanes.telemetry, waiting: 1_234 };
      return { ...row, late: true, lanes: { ...row.lanes, telemetry } };
    });
    return route.fulfill({ response, json: { uplinks: behind } });
  });
  await signIn(page, "wang", PASSWORD);
  if (look.width < 600) {
    await page.locator(".foot-bar .ant-badge-dot").waitFor();
    await page.locator(".foot-bar button").click();
  }
  const mark = page.locator("a[href='#/uplinks'] [data-backlog]:visible");
  expect(await mark.textContent()).toMatch(look.language === "zh" ? /^积压 1,2\d\d 条$/ : /^1,2\d\d waiting$/);
  expect(await obstacles(page)).toEqual([]);
  await page.unroute("**/api/1/uplinks");
  await page.reload();
  await page.locator("main h1").first().waitFor();
  await expect.poll(() => page.locator("[data-backlog], .foot-bar .ant-badge-dot").count(), SOON).toBe(0);
  expect(trouble).toEqual([]);
  await context.close();
});
