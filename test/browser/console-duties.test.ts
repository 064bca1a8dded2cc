/// <reference lib="dom" />
/** Patrols, what is due, and the monthly report over a real gateway, each deed done once. */
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeOver } from "../support/console-account.ts";
import { fits, type Opened, obstacles, openBrowser, openPage, signIn } from "../support/console-page.ts";
import { freePort } from "../support/free-port.ts";
import { openRig, type Rig, readingsTopic } from "../support/rig.ts";

const PASSWORD = "kein-geheimnis-42";
const HOSTILE = `<img src=x onerror=alert(1)>"'&</script>=1+1\u202e${"ab".repeat(60)}`;
const FLAT = "flat-count-0001";
const OTHER = "flat-count-0002";
const LOOKS = [
  { width: 1280, language: "zh", scheme: "dark", space: FLAT, plate: "QR-1" },
  { width: 390, language: "en", scheme: "light", space: OTHER, plate: "QR-2" },
] as const;

let rig: Rig;
let browser: Browser;
let url: string;

const flat = (id: string, plate: string) => ({
  id,
  kind: "flat",
  name: HOSTILE,
  risk: "red",
  limit: { persons: 2, basis: HOSTILE },
  address: { plate },
});

beforeAll(async () => {
  const port = await freePort();
  const sections = {
    spaces: LOOKS.map(({ space, plate }) => flat(space, plate)),
    patrols: { checkpoints: [{ space: FLAT, readers: ["count-0001"] }, { space: OTHER }] },
    console: { listen: `127.0.0.1:${port}` },
  };
  rig = await openRig({ devices: 2, uplinks: () => [], sections });
  url = `https://127.0.0.1:${port}/`;
  browser = await openBrowser();
  await takeOver(browser, rig.gateway, url, "wang", PASSWORD);
  for (const id of ["count-0001", "count-0002"]) {
    const device = await rig.device(id);
    const tamper = JSON.stringify({ kind: "tamper.on", epoch: 1, seq: 1 });
    await device.publishAsync(readingsTopic(id), tamper, { qos: 1 });
  }
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await rig?.[Symbol.asyncDispose]();
});

async function signedIn(look: Parameters<typeof openPage>[2], path: string): Promise<Opened> {
  const opened = await openPage(browser, url, look);
  await signIn(opened.page, "wang", PASSWORD);
  await opened.page.goto(`${url}#${path}`);
  await opened.page.locator("main h1").waitFor();
  return opened;
}

async function inOrder({ page }: Opened): Promise<void> {
  await expect.poll(() => page.locator(".waiting").count(), { timeout: 10_000 }).toBe(0);
  expect(await page.locator("main .failure, main .ant-alert-error").allInnerTexts()).toEqual([]);
  expect(await obstacles(page)).toEqual([]);
  expect(await fits(page)).toBe(true);
}

it("what is late is late by the box's clock, not by that of a browser many years ahead of it", async () => {
  const { page, context } = await signedIn({ width: 1280, language: "en" }, "/alerts");
  await context.clock.setSystemTime("2099-01-01T00:00:00Z");
  await page.reload();
  const deadlines = page.locator("[data-alert] .deadline");
  await deadlines.nth(1).waitFor();
  await expect
    .poll(() => deadlines.allInnerTexts())
    .toEqual(Array(2).fill(expect.stringMatching(/within \d+ (min|h)/)));
  expect(await page.locator(".deadline.late").count()).toBe(0);
  await context.close();
});

describe.each(LOOKS)("at $width px, $language, $scheme", (look) => {
  const { space, plate } = look;

  it("a patrol is recorded with the plate at the door and a note, and refused with another; other pages see it", async () => {
    const opened = await signedIn(look, "/patrols");
    const other = await signedIn({ width: 1280, language: "en" }, "/patrols");
    const { page, context, trouble } = opened;
    const card = page.locator(`[data-patrol="${space}"]`);
    await card.waitFor();
    await inOrder(opened);
    await card.locator("summary").click();
    await card.locator("input").first().fill("QR-0");
    await card.locator("button[type=submit]").click();
    await card.locator(".ant-alert-error").waitFor();
    expect(await obstacles(page)).toEqual([]);
    await card.locator("input").first().fill(plate);
    await card.locator("input").nth(1).fill(HOSTILE);
    await card.locator("button[type=submit]").click();
    for (const seen of [page, other.page])
      await expect
        .poll(() => seen.locator(`[data-patrol="${space}"] .note`).textContent(), { timeout: 10_000 })
        .toContain(HOSTILE);
    expect(await card.locator("form").count()).toBe(0);
    expect(await card.textContent()).toContain("wang");
    expect(await card.textContent()).not.toContain("console:");
    await inOrder(opened);
    expect([...trouble, ...other.trouble]).toEqual([]);
    await context.close();
    await other.context.close();
  });

  it("what is due is dealt with where it stands, by name and with a note", async () => {
    const opened = await signedIn(look, "/compliance");
    const { page, context, trouble } = opened;
    const card = page.locator("[data-duty]", { has: page.locator(`a[href="#/rooms/${space}"]`) });
    await card.waitFor();
    const id = (await card.getAttribute("data-duty")) ?? "";
    await inOrder(opened);
    await card.locator("summary").click();
    await card.locator("textarea").fill(HOSTILE);
    await card.locator("[data-deed=acknowledge]").click();
    await expect.poll(() => card.locator("[data-deed=acknowledge]").count(), { timeout: 10_000 }).toBe(0);
    await card.locator("textarea").fill("only loose");
    await card.locator("[data-deed=close]").click();
    await card.waitFor({ state: "detached" });
    await inOrder(opened);
    await page.goto(`${url}#/alerts/${id}`);
    await page.locator(".history-step").first().waitFor();
    const steps = await page.locator(".history-step").allInnerTexts();
    expect(steps.join("\n")).toContain("only loose");
    expect(steps.join("\n")).toContain("wang");
    expect(trouble).toEqual([]);
    await context.close();
  });

  it("the report of the month is seen, printed and saved", async () => {
    const opened = await signedIn(look, "/report");
    const { page, context, trouble } = opened;
    await page.locator("[data-month]").waitFor();
    await inOrder(opened);
    expect(await page.locator(".month-table").first().textContent()).toMatch(/设备被拆动|tamper/);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator(".month-name").isVisible()).toBe(true);
    expect(
      await page.locator("nav, .page-head").evaluateAll((all) => all.filter((one) => one.checkVisibility())),
    ).toEqual([]);
    await page.emulateMedia({ media: "screen" });
    const saved = page.waitForEvent("download");
    await page.locator("a[download]").click();
    const file = await saved;
    expect(file.suggestedFilename()).toMatch(/^report-20\d\d-\d\d\.html$/);
    const text = readFileSync(await file.path(), "utf8");
    expect([text.includes("&#60;img"), text.includes("<img")]).toEqual([true, false]);
    expect(trouble).toEqual([]);
    await context.close();
  });
});

it("a visit by a tag at a reader comes onto the open page by itself", async () => {
  const { page, context } = await signedIn({ width: 1280, language: "en" }, "/patrols");
  const card = page.locator(`[data-patrol="${FLAT}"]`);
  await card.waitFor();
  const device = await rig.device("count-0001");
  const tag = JSON.stringify({ kind: "patrol.tag", credential: "04A1B2C3", epoch: 1, seq: 2 });
  await device.publishAsync(readingsTopic("count-0001"), tag, { qos: 1 });
  await expect.poll(() => card.textContent(), { timeout: 10_000 }).toContain("tag at count-0001");
  await context.close();
});
