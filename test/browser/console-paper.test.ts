/// <reference lib="dom" />
/** What is printed, as the browser makes paper of it; and the pages of the month and of what is due, for those who may read them. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callApi, claimBox, claimLinkOf } from "../support/console-account.ts";
import { type Look, obstacles, openBrowser, openPage, signIn, stickingOut } from "../support/console-page.ts";
import { freePort } from "../support/free-port.ts";
import { deviceIds } from "../support/load-site.ts";
import { eventually, openRig, type Rig, readingsTopic } from "../support/rig.ts";

const PASSWORD = "kein-geheimnis-42";
const GIVEN = "given by somebody else";
const ROOMS = 24;
/** Of the paper that is proposed. */
const LABELS_A_PAGE = 15;
/** In points. */
const A4 = [595, 842];
const LOOKS = [
  { width: 1280, language: "zh", scheme: "light" },
  { width: 390, language: "en", scheme: "dark" },
] as const satisfies readonly Look[];

let rig: Rig;
let browser: Browser;
let url: string;
let alertId: string;

beforeAll(async () => {
  const port = await freePort();
  const sections = { console: { listen: `127.0.0.1:${port}` } };
  rig = await openRig({ devices: ROOMS, uplinks: () => [], sections });
  url = `https://127.0.0.1:${port}/`;
  browser = await openBrowser();
  const { page, context } = await openPage(browser, await claimLinkOf(rig.gateway, url), LOOKS[0]);
  await claimBox(page, "wang", PASSWORD);
  for (const id of deviceIds(2)) {
    const device = await rig.device(id);
    const tamper = JSON.stringify({ kind: "tamper.on", epoch: 1, seq: 1 });
    await device.publishAsync(readingsTopic(id), tamper, { qos: 1 });
  }
  const { body } = await eventually(
    () => callApi(page, "GET", "alerts"),
    ({ body }) => (body as { items: unknown[] }).items.length === 2,
  );
  alertId = (body as { items: { id: string }[] }).items[0]?.id ?? "";
  for (const role of ["manager", "auditor"])
    await callApi(page, "POST", "accounts", { name: role, roles: [role], password: GIVEN });
  await context.close();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await rig?.[Symbol.asyncDispose]();
});

async function show(page: Page, address: string): Promise<void> {
  await page.goto(`${url}#${address}`);
  await page.locator("main h1").first().waitFor();
  await expect.poll(() => page.locator(".waiting").count()).toBe(0);
}

interface Paper {
  readonly pages: number;
  readonly size: readonly number[];
}

async function printed(page: Page, address: string): Promise<Paper> {
  await show(page, address);
  const bytes = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  const [, width = "", height = ""] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(bytes) ?? [];
  return {
    pages: bytes.match(/\/Type \/Page\b/g)?.length ?? 0,
    size: [Math.round(Number(width)), Math.round(Number(height))],
  };
}

/** Of every sheet without a name: styles stay once their page was opened. */
const marginsOfPaper = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const within = (rules: CSSRuleList): CSSRule[] =>
      [...rules].flatMap((rule) => [rule, ...(rule instanceof CSSMediaRule ? within(rule.cssRules) : [])]);
    return [...document.styleSheets]
      .flatMap(({ cssRules }) => within(cssRules))
      .filter((rule) => rule instanceof CSSPageRule)
      .filter(({ selectorText }) => selectorText === "")
      .map(({ style }) => style.getPropertyValue("margin"));
  });

describe.each(LOOKS)("opened at $width px, $language, $scheme", (look) => {
  it("labels fill their sheets and nothing else is on them; other sheets are as they were before", async () => {
    const { page, context, trouble } = await openPage(browser, url, look);
    await signIn(page, "wang", PASSWORD);
    const labels = await printed(page, "/labels");
    expect(labels).toMatchObject({ pages: Math.ceil(ROOMS / LABELS_A_PAGE), size: A4 });
    await page.emulateMedia({ media: "print" });
    const shown = await page.locator("main *").evaluateAll((all) => all.filter((one) => one.checkVisibility()).length);
    const ofLabels = await page
      .locator(".gh-label-page *")
      .evaluateAll((all) => all.filter((one) => one.checkVisibility()).length);
    // What holds the sheets, and the sheets themselves.
    expect(shown - ofLabels).toBeLessThan(8);
    // At the very edge: the places of the labels are where the paper has them.
    const edges = await page
      .locator(".gh-label-page")
      .first()
      .evaluate((sheet) => {
        const { left, top } = sheet.getBoundingClientRect();
        return [left, top];
      });
    expect(edges).toEqual([0, 0]);
    await page.emulateMedia({ media: null });
    await show(page, "/hand-over");
    expect(await marginsOfPaper(page)).toEqual(["14mm"]);
    expect(trouble).toEqual([]);
    await context.close();
  });

  it("every other sheet is A4 on white, without what is only for the screen", async () => {
    const { page, context, trouble } = await openPage(browser, url, look);
    await signIn(page, "wang", PASSWORD);
    for (const address of [`/alerts/${alertId}`, "/roll-call", "/set-up-report", "/report", "/hand-over"]) {
      const { pages, size } = await printed(page, address);
      expect([address, pages >= 1 && pages <= 3, ...size]).toEqual([address, true, ...A4]);
      await page.emulateMedia({ media: "print" });
      const left = await page
        .locator(".no-print, nav, main button")
        .evaluateAll((all) =>
          all.filter((one) => one.checkVisibility()).map(({ outerHTML }) => outerHTML.slice(0, 100)),
        );
      expect(left, address).toEqual([]);
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(255, 255, 255)");
      await page.emulateMedia({ media: null });
    }
    expect(trouble).toEqual([]);
    await context.close();
  });
});

describe.each(["manager", "auditor"])("a %s", (role) => {
  beforeAll(async () => {
    const { page, context } = await openPage(browser, url, LOOKS[0]);
    await signIn(page, role, GIVEN);
    const changed = await callApi(page, "PUT", "session/password", { old: GIVEN, new: PASSWORD });
    expect(changed.status).toBe(200);
    await context.close();
  });

  it.each([
    ...LOOKS,
    { width: 1280, language: "en", scheme: "dark" },
    { width: 390, language: "zh", scheme: "light" },
  ] as const)("reads the month and what is due, at $width px, $language, $scheme", async (look) => {
    const { page, context, trouble } = await openPage(browser, url, look);
    await signIn(page, role, PASSWORD);
    for (const address of ["/report", "/compliance"]) {
      await show(page, address);
      expect(await page.locator("main .failure, main .ant-alert-error").allInnerTexts(), address).toEqual([]);
      expect(await obstacles(page), address).toEqual([]);
      expect(await stickingOut(page), address).toEqual([]);
    }
    const cards = page.locator("[data-duty]");
    await expect.poll(() => cards.count()).toBe(2);
    // Who only reads is offered nothing to do.
    expect(await cards.locator("summary").count()).toBe(role === "manager" ? 2 : 0);
    expect(trouble).toEqual([]);
    await context.close();
  });
});
