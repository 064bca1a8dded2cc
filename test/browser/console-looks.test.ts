/// <reference lib="dom" />
/** What a stranger tripped over: buttons that move under the hand, tables cut at the edge, letters of the wrong script, a set-up that opens in its middle. */
import { MqttDevice, silentLog } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimBox, claimLinkOf } from "../support/console-account.ts";
import { obstacles, openBrowser, openPage, signIn } from "../support/console-page.ts";
import { freePort } from "../support/free-port.ts";
import { openRig, type Rig } from "../support/rig.ts";

const PASSWORD = "kein-geheimnis-42";
const WIDTHS = [1280, 700, 390] as const;

let rig: Rig;
let browser: Browser;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  rig = await openRig({ devices: 24, sections: { console: { listen: `127.0.0.1:${port}` } } });
  url = `https://127.0.0.1:${port}/`;
  browser = await openBrowser();
  const { page, context } = await openPage(browser, await claimLinkOf(rig.gateway, url), {
    width: 390,
    language: "en",
  });
  await claimBox(page, "wang", PASSWORD);
  await context.close();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await rig?.[Symbol.asyncDispose]();
});

async function opened(width: number, path: string, language: "zh" | "en" = "en") {
  const all = await openPage(browser, url, { width, language });
  await signIn(all.page, "wang", PASSWORD);
  await all.page.goto(`${url}#${path}`);
  await all.page.locator("main h1").first().waitFor();
  await expect.poll(() => all.page.locator(".waiting").count()).toBe(0);
  return all;
}

const scrollTo = (page: Page, where: "top" | "end") =>
  page.evaluate((to) => {
    const main = document.querySelector("main") as HTMLElement;
    main.scrollTop = to === "end" ? main.scrollHeight : 0;
  }, where);

describe.each(WIDTHS)("at %d px", (width) => {
  it("the main button of the set-up stands at one place, however far the page is scrolled", async () => {
    const { page, context } = await opened(width, "/set-up/tests");
    const next = page.locator(".gh-step-foot button[type=submit]");
    await page.locator(".gh-rows > li").nth(20).waitFor();
    const before = await next.boundingBox();
    await scrollTo(page, "end");
    expect(await page.evaluate(() => document.querySelector("main")?.scrollTop)).toBeGreaterThan(100);
    const after = await next.boundingBox();
    // A fraction of a pixel is nobody's miss.
    expect([after?.x, Math.round(after?.y ?? 0)]).toEqual([before?.x, Math.round(before?.y ?? 0)]);
    const [main, foot] = await Promise.all([
      page.locator("main").boundingBox(),
      page.locator(".gh-step-foot").boundingBox(),
    ]);
    expect((foot?.y ?? 0) + (foot?.height ?? 0)).toBeCloseTo((main?.y ?? 0) + (main?.height ?? 0), 0);
    // A step with little on it is no higher than its window, and its button stands at the same place.
    await page.goto(`${url}#/set-up/uplink`);
    await page.locator(".gh-step-foot button[type=submit]").waitFor();
    await page.setViewportSize({ width, height: 2_400 });
    expect(
      await page.evaluate(() => {
        const main = document.querySelector("main") as HTMLElement;
        return main.scrollHeight - main.clientHeight;
      }),
    ).toBe(0);
    await context.close();
  });
});

it("the table of a platform's lanes is whole on a telephone", async () => {
  const { page, context } = await opened(390, "/uplinks");
  const table = page.locator(".box-lanes");
  await table.waitFor();
  const [wide, room] = await table.evaluate(({ parentElement }) => [
    parentElement?.scrollWidth ?? 0,
    parentElement?.clientWidth ?? 0,
  ]);
  expect(wide).toBeLessThanOrEqual(room ?? 0);
  expect(await obstacles(page)).toEqual([]);
  await context.close();
});

it("English is set in letters of its own: a quote is no wider than a letter", async () => {
  const widths = async (language: "zh" | "en") => {
    const { page, context } = await opened(1280, "/set-up/tests", language);
    const found = await page.locator("main").evaluate((main) => {
      const probe = document.createElement("span");
      main.append(probe);
      const widthOf = (text: string) => {
        probe.textContent = text;
        return probe.getBoundingClientRect().width;
      };
      return { quote: widthOf("“"), letter: widthOf("m") };
    });
    await context.close();
    return found;
  };
  const en = await widths("en");
  expect(en.quote).toBeLessThan(en.letter);
});

it("the filter of what did not pass keeps a row that passes, with its tick, where it was", async () => {
  const { page, context } = await opened(1280, "/set-up/tests");
  const rows = page.locator(".gh-rows > li");
  await rows.nth(20).waitFor();
  await page.getByRole("checkbox", { name: "Only those that did not pass" }).check();
  const stop = new AbortController();
  const device = new MqttDevice({
    id: "count-0001",
    url: rig.url,
    password: "",
    clock: systemClock,
    log: silentLog,
  });
  const running = device.run(stop.signal);
  while (!device.connected) await systemClock.sleep(20);
  const first = rows.filter({ hasText: "count-0001" });
  await first.getByRole("button", { name: "Test" }).click();
  await first.getByText("Walk through the door").first().waitFor();
  device.report({ kind: "count.in" });
  await expect.poll(() => first.textContent(), { timeout: 15_000 }).toContain("✓ Passed");
  expect(await rows.count()).toBe(24);
  const filter = page.getByRole("checkbox", { name: "Only those that did not pass" });
  await filter.uncheck();
  await filter.check();
  expect(await rows.count()).toBe(23);
  stop.abort();
  await running;
  await context.close();
});

it("the set-up opens at the first step that is not done", async () => {
  const { page, context } = await opened(1280, "/set-up");
  await page.waitForURL(/#\/set-up\/tests$/);
  await context.close();
});
