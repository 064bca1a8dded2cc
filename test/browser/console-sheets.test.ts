/// <reference lib="dom" />
/** What comes out of a printer: labels alone on the sheets that were announced, no empty sheet at the end, no passing message over a title. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callApi, takeOver } from "../support/console-account.ts";
import { type Look, openBrowser, openPage, signIn } from "../support/console-page.ts";
import { freePort } from "../support/free-port.ts";
import { deviceIds } from "../support/load-site.ts";
import { textsOnPages } from "../support/pdf-pages.ts";
import { eventually, openRig, type Rig, readingsTopic } from "../support/rig.ts";

const PASSWORD = "kein-geheimnis-42";
/** More than a sheet of any size holds, and a report of several pages. */
const ROOMS = 32;
const WIDE = { width: 1280, language: "zh" } as const satisfies Look;
const NARROW = { width: 390, language: "en" } as const satisfies Look;
/** As a browser prints that takes the page's word for the paper, and as one that does not. */
const PAPERS = [{ preferCSSPageSize: true }, { format: "A4" }] as const;

const SHEET_MM = 290;

let rig: Rig;
let browser: Browser;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  const sections = { console: { listen: `127.0.0.1:${port}` } };
  rig = await openRig({ devices: ROOMS, uplinks: () => [], sections });
  url = `https://127.0.0.1:${port}/`;
  browser = await openBrowser();
  await takeOver(browser, rig.gateway, url, "wang", PASSWORD);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await rig?.[Symbol.asyncDispose]();
});

async function opened(look: Look, path: string) {
  const all = await openPage(browser, url, look);
  await signIn(all.page, "wang", PASSWORD);
  await all.page.goto(`${url}#${path}`);
  return all;
}

const printed = async (page: Page, paper: (typeof PAPERS)[number]) =>
  textsOnPages(await page.pdf({ ...paper, printBackground: true }));

describe.each([WIDE, NARROW])("on paper, printed at $width px", (look) => {
  it("labels stand alone on as many sheets as the page says, with places of the first left free", async () => {
    const { page, context, trouble } = await opened(look, "/labels");
    const label = page.locator(".gh-label");
    await expect.poll(() => label.count()).toBeGreaterThanOrEqual(ROOMS);
    for (const used of [0, 14]) {
      await page.locator("input[role=spinbutton]").fill(String(used));
      await page.keyboard.press("Tab");
      await expect.poll(() => label.first().evaluate((one) => one.style.gridRowStart)).toBe(used === 0 ? "" : "5");
      const said = await page.locator("p", { hasText: /Labels: \d+, sheets: \d+|张标签，\d+ 页/ }).textContent();
      const [labels = 0, sheets = 0] = ((said ?? "").match(/\d+/g) ?? []).map(Number);
      expect(sheets).toBe(Math.ceil((labels + used) / 15));
      const onOne = (await label.first().locator(".gh-label-text > *").count()) + 1;
      for (const paper of PAPERS) {
        const texts = await printed(page, paper);
        expect(texts, JSON.stringify(paper)).toHaveLength(sheets);
        expect(texts.at(-1)).toBeGreaterThan(0);
        // One label on the first sheet where 14 places were used: nothing else stands there.
        if (used === 14) expect(texts[0]).toBeLessThanOrEqual(2 * onOne);
      }
    }
    await page.emulateMedia({ media: "print" });
    expect(await page.locator(".gh-fields, .page-head").filter({ visible: true }).count()).toBe(0);
    expect(trouble).toEqual([]);
    await context.close();
  });
});

it("the commissioning report ends with its signatures, not with an empty sheet, wherever on a sheet it ends", async () => {
  const { page, context } = await opened(WIDE, "/set-up-report");
  await page.locator(".gh-signatures").waitFor();
  const withMore = async (mm: number) => {
    await page.locator(".gh-signatures").evaluate((one, more) => {
      one.style.marginTop = `${more}mm`;
    }, mm);
    return printed(page, PAPERS[0]);
  };
  // Where it first needs one sheet more, to the millimetre: there the signatures stand on it, or nothing does.
  let fits = 0;
  let isMore = SHEET_MM;
  const { length: sheets } = await withMore(fits);
  expect((await withMore(isMore)).length).toBe(sheets + 1);
  while (isMore - fits > 1) {
    const half = Math.round((fits + isMore) / 2);
    if ((await withMore(half)).length > sheets) isMore = half;
    else fits = half;
  }
  const texts = await withMore(isMore);
  expect(texts).toHaveLength(sheets + 1);
  expect(texts.at(-1), `${isMore} mm more: ${texts}`).toBeGreaterThan(0);
  await context.close();
});

/** Nobody has walked through the doors of this site. */
const everybodyIn = {
  unknown: [],
  spaces: deviceIds(ROOMS).map((id) => {
    const counted = { present: 2, low: 2, high: 3, since: "2026-11-26T08:00:00+08:00", silent: [] };
    return { space: `flat-${id}`, name: `flat-${id}`, ...counted };
  }),
};

describe("a list that goes on on another sheet", () => {
  it.each([
    ["/roll-call", ".roll-call"],
    ["/report", ".month-sheet"],
  ])("has no line of %s alone there", async (path, sheet) => {
    const { page, context } = await opened(WIDE, "/labels");
    await page.route("**/api/1/roll-call*", async (route) => {
      const answer = await (await route.fetch()).json();
      await route.fulfill({ json: { ...answer, ...everybodyIn } });
    });
    await page.goto(`${url}#${path}`);
    const rows = page.locator(`${sheet} section`, { hasText: "count-0001" }).locator("tbody tr");
    await expect.poll(() => rows.count(), { timeout: 20_000 }).toBeGreaterThanOrEqual(ROOMS);
    // The list is the last on its sheet, where its end is the worst.
    await rows.last().evaluate((row) => {
      const part = row.closest(".card");
      while (part?.nextElementSibling) part.nextElementSibling.remove();
    });
    const cells = await rows.last().locator("th, td").count();
    const withMore = async (mm: number) => {
      await page.locator(sheet).evaluate((one, more) => {
        one.style.paddingTop = `${more}mm`;
      }, mm);
      return printed(page, PAPERS[0]);
    };
    let fits = 0;
    let isMore = SHEET_MM;
    const { length: sheets } = await withMore(fits);
    while (isMore - fits > 1) {
      const half = Math.round((fits + isMore) / 2);
      if ((await withMore(half)).length > sheets) isMore = half;
      else fits = half;
    }
    const texts = await withMore(isMore);
    expect(texts).toHaveLength(sheets + 1);
    // Two lines under the head of the list.
    expect(texts.at(-1), `${isMore} mm more: ${texts}`).toBeGreaterThanOrEqual(3 * cells);
    await context.close();
  });
});

it("the sheet of an alert names the site and the alert, and no message of the page lies over it", async () => {
  const client = await rig.device("count-0001");
  const tamper = JSON.stringify({ kind: "tamper.on", epoch: 1, seq: 1 });
  await client.publishAsync(readingsTopic("count-0001"), tamper, { qos: 1 });
  const { page, context } = await opened(WIDE, "/labels");
  const { body } = await eventually(
    () => callApi(page, "GET", "alerts"),
    (answer) => (answer.body as { items: unknown[] }).items.length > 0,
  );
  const { id = "" } = (body as { items: { id: string }[] }).items[0] ?? {};
  // Whoever comes by way of the labels keeps the margin of a sheet all the same.
  await page.goto(`${url}#/alerts/${id}`);
  await page.locator("[data-deed=acknowledge]").click();
  await page.locator(".ant-message-notice").first().waitFor();
  await page.emulateMedia({ media: "print" });
  expect(await page.locator(".ant-message").filter({ visible: true }).count()).toBe(0);
  const head = page.locator(".sheet-head");
  expect(await head.isVisible()).toBe(true);
  expect(await head.textContent()).toContain("Load (load-site)");
  expect(await head.textContent()).toContain(id);
  await page.emulateMedia({ media: null });
  expect(await printed(page, PAPERS[0])).toHaveLength(1);
  // Rules for labels must not take the margins of everything that is printed after them.
  const margins = await page.evaluate(() => {
    const inside = (rules: CSSRuleList): readonly CSSRule[] =>
      [...rules].flatMap((rule) => (rule instanceof CSSMediaRule ? inside(rule.cssRules) : [rule]));
    return [...document.styleSheets]
      .flatMap(({ cssRules }) => inside(cssRules))
      .filter((rule) => rule instanceof CSSPageRule)
      .filter(({ selectorText }) => selectorText === "")
      .map(({ style }) => style.margin);
  });
  expect(margins).toEqual(["14mm"]);
  await context.close();
});
