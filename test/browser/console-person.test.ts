/// <reference lib="dom" />
/** What a person does with an account of their own: one-time codes, sessions elsewhere, an alert by keyboard alone, a photo of a visit, the end of a fire. */
import { createHmac } from "node:crypto";
import { systemClock } from "@gatehouse/protocol";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callApi, takeOver } from "../support/console-account.ts";
import { type Look, obstacles, openBrowser, openPage, signIn } from "../support/console-page.ts";
import { FIRE_INPUT, fireSections } from "../support/fire-site.ts";
import { freePort } from "../support/free-port.ts";
import { pageAddresses } from "../support/page-table.ts";
import { openRig, type Rig, readingsTopic } from "../support/rig.ts";

const PASSWORD = "kein-geheimnis-42";
const DEVICE = "count-0001";
const WIDE = { width: 1280, language: "en" } as const satisfies Look;
const NARROW = { width: 390, language: "en" } as const satisfies Look;

let rig: Rig;
let browser: Browser;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  const sections = { ...fireSections(1, 1), console: { listen: `127.0.0.1:${port}`, photos: true } };
  rig = await openRig({ devices: 1, uplinks: () => [], sections });
  url = `https://127.0.0.1:${port}/`;
  browser = await openBrowser();
  await takeOver(browser, rig.gateway, url, "wang", PASSWORD);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await rig?.[Symbol.asyncDispose]();
});

let seq = 0;
async function says(device: string, kind: string): Promise<void> {
  const client = await rig.device(device);
  seq++;
  await client.publishAsync(readingsTopic(device), JSON.stringify({ kind, epoch: 1, seq }), { qos: 1 });
  client.end(true);
}

async function opened(look: Look, path = "/") {
  const all = await openPage(browser, url, look);
  await signIn(all.page, "wang", PASSWORD);
  await all.page.goto(`${url}#${path}`);
  return all;
}

/** RFC 4226 and 6238 by themselves, as an authenticator app has them. */
function codeOf(secret: string, atMs: number): string {
  const bits = [...secret].map((letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  );
  const key = Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

async function signInWith(page: Page, code: string): Promise<void> {
  await page.locator("input[autocomplete=one-time-code]").fill(code);
  await page.locator("button[type=submit]").click();
}

it("one-time codes are set up from the secret on the screen, asked for at the next sign-in, and taken off", async () => {
  const first = await opened(NARROW, "/account");
  const { page } = first;
  const card = page.locator("section.card", { hasText: "One-time codes" });
  await card.locator("input[autocomplete=current-password]").fill(PASSWORD);
  await card.getByRole("button", { name: "Turn on" }).click();
  const secret = (await card.locator("code.secret").textContent()) ?? "";
  expect(secret).toMatch(/^[A-Z2-7]{16,}$/);
  expect(await obstacles(page)).toEqual([]);
  const code = () => codeOf(secret, systemClock.nowMs());
  const wrong = () => String((Number(code()) + 1) % 1_000_000).padStart(6, "0");
  await card.locator("input[inputmode=numeric]").fill(wrong());
  await card.getByRole("button", { name: "Confirm" }).click();
  await card.locator("[role=alert]").waitFor();
  const used = code();
  await card.locator("input[inputmode=numeric]").fill(used);
  await card.getByRole("button", { name: "Confirm" }).click();
  await page.getByText("On: every sign-in asks for a one-time code.").waitFor();

  const other = await openPage(browser, url, NARROW);
  await other.page.locator("input[autocomplete=username]").fill("wang");
  await other.page.locator("input[autocomplete=current-password]").fill(PASSWORD);
  await other.page.locator("button[type=submit]").click();
  await other.page.locator("input[autocomplete=one-time-code]").waitFor();
  expect(await obstacles(other.page)).toEqual([]);
  await signInWith(other.page, wrong());
  await other.page.locator("[role=alert]").waitFor();
  expect(await other.page.locator("main.content").count()).toBe(0);
  // The next step's code is good too: clocks of phone and box may differ.
  await signInWith(other.page, codeOf(secret, systemClock.nowMs() + 30_000));
  await other.page.locator("main.content").waitFor();

  await card.locator("input[autocomplete=current-password]").fill(PASSWORD);
  await card.getByRole("button", { name: "Turn off" }).click();
  await page.getByText("Off. With them").waitFor();
  const third = await opened(NARROW);
  expect([...first.trouble, ...other.trouble, ...third.trouble]).toEqual([]);
  for (const { context } of [first, other, third]) await context.close();
});

it("who signs another browser out from afar sees it go, and it is out at once", async () => {
  const far = await opened(NARROW, "/alerts");
  await far.page.locator("main h1").waitFor();
  const near = await opened(WIDE, "/account");
  const lines = near.page.locator("section.card", { hasText: "Where you are signed in" }).locator(".row");
  await expect.poll(() => lines.count()).toBeGreaterThan(1);
  for (let left = await lines.count(); left > 1; left--) {
    await lines.filter({ hasNotText: "this one" }).first().getByRole("button").click();
    await expect.poll(() => lines.count()).toBe(left - 1);
  }
  await far.page.locator("input[autocomplete=current-password]").waitFor({ timeout: 3_000 });
  expect(await far.page.locator("main.content").count()).toBe(0);
  expect(await near.page.locator("main.content").count()).toBe(1);
  expect([...far.trouble, ...near.trouble]).toEqual([]);
  for (const { context } of [far, near]) await context.close();
});

/** As often as it takes until the focus is there; a person sees where it is. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)) return;
    await page.keyboard.press("Tab");
  }
  throw new RangeError(`no way to ${selector} by the tabulator`);
}

it("an alert is opened, taken and noted by keyboard alone, from the sign-in on", async () => {
  await says(DEVICE, "tamper.on");
  const { page, context, trouble } = await openPage(browser, url, WIDE);
  await page.locator("input[autocomplete=username]").waitFor();
  await tabTo(page, "input[autocomplete=username]");
  await page.keyboard.type("wang");
  await tabTo(page, "input[autocomplete=current-password]");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator(".banner-urgent a, .banner-alert a").first().waitFor();
  await tabTo(page, ".banner a");
  await page.keyboard.press("Enter");
  await page.locator("[data-alert]").first().waitFor();
  await tabTo(page, "[data-alert], [data-alert] a");
  await page.keyboard.press("Enter");
  await page.locator("[data-deed=acknowledge]").waitFor();
  await tabTo(page, "textarea");
  await page.keyboard.type("Looked at the counter: its lid was open.");
  await tabTo(page, "[data-deed=acknowledge]");
  await page.keyboard.press("Enter");
  await page.locator("[data-deed=rectify]").waitFor();
  await tabTo(page, "textarea");
  await page.keyboard.type("Closed it.");
  await tabTo(page, "[data-deed=note]");
  await page.keyboard.press("Space");
  await expect.poll(() => page.locator(".note").allTextContents()).toContain("Closed it.");
  expect(trouble).toEqual([]);
  await context.close();
});

/** As a phone makes it: with where it was taken. */
async function phonePicture(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 64;
    canvas.getContext("2d")?.fillRect(8, 8, 40, 20);
    return canvas.toDataURL("image/jpeg").replace(/^.*,/, "");
  });
  const plain = Buffer.from(base64, "base64");
  const tiff = Buffer.from("Exif\0\0II*\0\x08\0\0\0\0\0 GPS 31.2304 121.4737 PhoneMaker", "latin1");
  const head = Buffer.from([0xff, 0xe1, 0, tiff.length + 2]);
  return Buffer.concat([plain.subarray(0, 2), head, tiff, plain.subarray(2)]);
}

it("a photo of a visit is seen on its alert, without the place it was taken at", async () => {
  const { page, context, trouble } = await opened(NARROW, "/alerts");
  await page.locator("[data-alert]").first().click();
  const picture = await phonePicture(page);
  expect(picture.includes("GPS 31.2304")).toBe(true);
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "=1+1<img>.jpg", mimeType: "image/jpeg", buffer: picture });
  const shown = page.locator(".photos img");
  await shown.waitFor();
  await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(64);
  expect(await obstacles(page)).toEqual([]);
  const address = (await shown.getAttribute("src")) ?? "";
  const kept = await (await context.request.get(new URL(address, url).href)).body();
  expect([kept[0], kept[1]]).toEqual([0xff, 0xd8]);
  expect(kept.includes("GPS")).toBe(false);
  expect(kept.includes("PhoneMaker")).toBe(false);
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "a.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no picture") });
  await page.locator("section.card [role=alert]").waitFor();
  expect(trouble).toEqual([]);
  await context.close();
});

it("a standing fire is said on every page, also when its alert was taken, until a person ends it", async () => {
  const { page, context, trouble } = await opened(NARROW);
  await says(FIRE_INPUT, "fire.on");
  await page.locator("[data-fire]").waitFor();
  const { body } = await callApi(page, "GET", "alerts?open=true&kind=fire");
  const [alert] = (body as { items: { id: string }[] }).items;
  const taken = await callApi(page, "POST", "deeds", { do: "acknowledge", alert: alert?.id });
  expect(taken.status).toBe(200);
  const addresses = await pageAddresses({
    "/rooms/:id": [`flat-${DEVICE}`],
    "/alerts/:id": [alert?.id ?? ""],
    "/devices/:id": [DEVICE],
  });
  for (const address of addresses) {
    await page.goto(`${url}#${address}`);
    await page.locator("main h1").first().waitFor();
    expect(await page.locator("[data-fire]").count(), address).toBe(1);
  }
  await says(FIRE_INPUT, "fire.off");
  await page.goto(`${url}#/`);
  await page.locator("[data-fire] a").click();
  await page.locator("main input").fill("=SUM(A1) burnt toast \u202e<b>");
  await page.getByRole("button", { name: "The fire is over" }).click();
  await page.getByRole("button", { name: "Checked on site: over" }).click();
  await page.getByText("No fire").waitFor();
  await page.locator("[data-fire]").waitFor({ state: "detached" });
  await page.goto(`${url}#/alerts/${alert?.id ?? ""}`);
  await page.getByText("=SUM(A1) burnt toast \u202e<b>").first().waitFor();
  expect(trouble).toEqual([]);
  await context.close();
}, 90_000);
