/// <reference lib="dom" />
/** Every page of the console, walked over by its table, while hostile texts stand in every field: nothing runs, nothing keeps anybody out. */
import { systemClock } from "@gatehouse/protocol";
import mqtt from "mqtt";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callApi, claimBox, claimLinkOf } from "../support/console-account.ts";
import { type Look, obstacles, openBrowser, openPage, signIn, stickingOut } from "../support/console-page.ts";
import { freePort } from "../support/free-port.ts";
import { HOSTILE, TOO_LONG, textFields, WITH_NUL } from "../support/hostile-texts.ts";
import { pageAddresses } from "../support/page-table.ts";
import { eventually, openRig, type Rig, readingsTopic } from "../support/rig.ts";

const PASSWORD = "kein-geheimnis-42";
const BRIDGE_PASSWORD = "hunter2-hunter2";
const TEXTS = Object.values(HOSTILE);
const ALL = TEXTS.join(" ");
const SOON = { timeout: 15_000 };
const DEVICE = "count-0001";
const ROOM = `flat-${DEVICE}`;

/** Each pair of width, language and colours once. */
const LOOKS = [
  { width: 1280, language: "zh", scheme: "light" },
  { width: 1280, language: "en", scheme: "dark" },
  { width: 390, language: "en", scheme: "light" },
  { width: 390, language: "zh", scheme: "dark" },
] as const satisfies readonly Look[];

const cut = (text: string, most: number) => [...text.repeat(20)].slice(0, most / 2).join("");

function sections(port: number): object {
  const address = { code: cut(ALL, 64), grid: cut(HOSTILE.formula, 60), plate: HOSTILE.sum, text: cut(ALL, 500) };
  const rooms = TEXTS.map((name, n) => ({
    id: `3-10${n}`,
    kind: "flat",
    parent: "floor-1",
    name: cut(name, 200),
    limit: { persons: 2, basis: cut(name, 300) },
    address: { text: cut(name, 500), plate: cut(name, 60) },
  }));
  return {
    site: { id: "load-site", name: cut(ALL, 200), kind: "rental-compound", address },
    spaces: [
      { id: "house-3", kind: "building", name: HOSTILE.script },
      { id: "floor-1", kind: "floor", name: HOSTILE.rightToLeft, parent: "house-3" },
      ...rooms,
      {
        id: ROOM,
        kind: "flat",
        name: cut(ALL, 200),
        risk: "red",
        limit: { persons: 2, basis: cut(ALL, 300) },
        address,
      },
    ],
    accounts: [{ user: "ha", role: "bridge", password: { env: "BRIDGE_PASSWORD" }, topics: ["homeassistant/#"] }],
    drivers: [{ id: "home", type: "homeassistant" }],
    escalation: {
      contacts: [{ id: "duty", role: cut(HOSTILE.attribute, 64), channels: [{ via: "platform" }] }],
    },
    console: { listen: `127.0.0.1:${port}`, photos: true },
  };
}

let rig: Rig;
let browser: Browser;
let url: string;
let claimLink: string;
let alertId: string;

/** What devices say of themselves. */
async function devicesSpeak(page: Page): Promise<void> {
  await callApi(page, "PUT", "pairing", { minutes: 30 });
  for (const username of [HOSTILE.script, HOSTILE.rightToLeft, HOSTILE.sum])
    await mqtt
      .connectAsync(rig.url, { clientId: username, username, password: "some password", reconnectPeriod: 0 })
      .catch(() => undefined);
  const bridge = await mqtt.connectAsync(rig.url, {
    clientId: "ha",
    username: "ha",
    password: BRIDGE_PASSWORD,
    reconnectPeriod: 0,
  });
  for (const [n, text] of TEXTS.entries()) {
    const found = {
      name: text,
      unique_id: `u${n}`,
      state_topic: `homeassistant/lock/u${n}/state`,
      command_topic: `homeassistant/lock/u${n}/set`,
      device: { identifiers: [`d${n}`], name: text, model: text, manufacturer: text, sw_version: text },
    };
    await bridge.publishAsync(`homeassistant/lock/u${n}/config`, JSON.stringify(found), { qos: 1, retain: true });
  }
  bridge.end(true);
  const device = await rig.device(DEVICE);
  const status = { state: "online", battery: 3, firmware: cut(ALL, 128) };
  await device.publishAsync(`gatehouse/1/${DEVICE}/status`, JSON.stringify(status), { qos: 1, retain: true });
  await device.publishAsync(readingsTopic(DEVICE), ALL, { qos: 1 });
  const tamper = JSON.stringify({ kind: "tamper.on", epoch: 1, seq: 1 });
  await device.publishAsync(readingsTopic(DEVICE), tamper, { qos: 1 });
}

async function peopleWrite(page: Page): Promise<void> {
  const { body } = await eventually(
    () => callApi(page, "GET", "alerts"),
    ({ body }) => (body as { items: unknown[] }).items.length > 0,
  );
  alertId = (body as { items: { id: string }[] }).items[0]?.id ?? "";
  for (const note of [...TEXTS, cut(ALL, 1_000)])
    expect((await callApi(page, "POST", "deeds", { do: "note", alert: alertId, note })).status).toBe(200);
  for (const name of ["li", "赵.钱_孙-李"]) {
    const made = await callApi(page, "POST", "accounts", { name, roles: ["manager"], password: PASSWORD });
    expect(made.status).toBe(200);
  }
}

beforeAll(async () => {
  const port = await freePort();
  rig = await openRig({ devices: 1, sections: sections(port), env: { BRIDGE_PASSWORD } });
  url = `https://127.0.0.1:${port}/`;
  claimLink = await claimLinkOf(rig.gateway, url);
  browser = await openBrowser();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await rig?.[Symbol.asyncDispose]();
});

/** Looked at as it is now. */
async function expectGood(page: Page, where: string): Promise<void> {
  expect.soft(await obstacles(page), where).toEqual([]);
  expect.soft(await stickingOut(page), where).toEqual([]);
}

async function loaded(page: Page): Promise<void> {
  await page.locator("main h1").first().waitFor();
  await expect.poll(() => page.locator(".waiting").count(), SOON).toBe(0);
}

it.each(LOOKS)("a box that waits for its owner, at $width px, $language, $scheme", async (look) => {
  const { page, context, trouble } = await openPage(browser, claimLink, look);
  await loaded(page);
  await expectGood(page, "claim");
  await page.locator("input[autocomplete=username]").fill(HOSTILE.script);
  for (const field of await page.locator("input[autocomplete=new-password]").all()) await field.fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.locator("[role=alert]").first().waitFor();
  await expectGood(page, "claim refused");
  expect(trouble).toEqual([]);
  await context.close();
});

describe("once it is taken over, and strangers have written wherever they can", () => {
  beforeAll(async () => {
    const { page, context } = await openPage(browser, claimLink, LOOKS[0]);
    await claimBox(page, "wang", PASSWORD);
    await devicesSpeak(page);
    await peopleWrite(page);
    await context.close();
  }, 60_000);

  it.each(LOOKS)(
    "who is not signed in, and who must choose a password, at $width px, $language, $scheme",
    async (look) => {
      const { page, context, trouble } = await openPage(browser, url, look);
      await loaded(page);
      await expectGood(page, "sign in");
      await signIn(page, "li", PASSWORD);
      await loaded(page);
      expect(await page.locator("input[autocomplete=new-password]").count()).toBe(2);
      await expectGood(page, "change the password");
      expect(trouble).toEqual([]);
      await context.close();
    },
  );

  it.each(LOOKS)(
    "every row of the table of pages, on the screen and on paper, at $width px, $language, $scheme",
    async (look) => {
      const { page, context, trouble } = await openPage(browser, url, look);
      await signIn(page, "wang", PASSWORD);
      const addresses = await pageAddresses({
        "/rooms/:id": [ROOM, "3-100"],
        "/alerts/:id": [alertId],
        "/devices/:id": [DEVICE],
      });
      expect(addresses.length).toBeGreaterThan(25);
      for (const address of addresses) {
        await page.goto(`${url}#${address}`);
        await loaded(page);
        expect.soft(await page.locator("main .failure, main .ant-alert-error").allInnerTexts(), address).toEqual([]);
        await expectGood(page, address);
      }
      for (const address of ["/labels", "/set-up-report", "/roll-call", `/alerts/${alertId}`]) {
        await page.goto(`${url}#${address}`);
        await loaded(page);
        await page.emulateMedia({ media: "print" });
        expect.soft(await obstacles(page), `${address} on paper`).toEqual([]);
        await page.emulateMedia({ media: "screen" });
      }
      expect(trouble).toEqual([]);
      await context.close();
    },
    240_000,
  );

  it("every text stands on its pages as text, whole or cut short, and turns nothing round it", async () => {
    const { page, context, trouble } = await openPage(browser, url, LOOKS[1]);
    await signIn(page, "wang", PASSWORD);
    await page.goto(`${url}#/alerts/${alertId}`);
    await page.locator(".note").first().waitFor();
    const notes = await page.locator(".note").allTextContents();
    for (const text of TEXTS) expect(notes).toContain(text);
    await page.goto(`${url}#/set-up/devices`);
    await expect.poll(() => page.locator("main").textContent(), SOON).toContain(HOSTILE.formula);
    // A name that can be no device's is not even offered.
    expect((await callApi(page, "GET", "pairing")).body).toMatchObject({ open: true, seen: [] });
    await page.goto(`${url}#/devices/${DEVICE}`);
    await expect.poll(() => page.locator("main").textContent(), SOON).toContain("<script>alert(1)</script>");
    await page.goto(`${url}#/rooms/3-100`);
    expect(await page.locator("main h1").textContent()).toContain("<script>alert(1)</script>");
    expect(trouble).toEqual([]);
    await context.close();
  });

  it("a table for an office program has names as text, never as formulas", async () => {
    const { page, context } = await openPage(browser, url, LOOKS[1]);
    await signIn(page, "wang", PASSWORD);
    const { body } = await callApi(page, "POST", "replays", { limit: 1, days: 1 });
    const { id } = body as { id: string };
    const file = await eventually(
      () => callApi(page, "GET", `jobs/${id}/file`),
      ({ status }) => status === 200,
      30_000,
    );
    expect(file.body).toContain(`"'${HOSTILE.formula.replaceAll('"', '""')}`);
    expect(file.body).toContain(`"'${HOSTILE.sum}`);
    expect(file.body).not.toMatch(/(^|,)"?[=@+]/m);
    await context.close();
  });

  it("every field of text of the API takes a hostile text as text, or refuses it in a sentence", async () => {
    const { page, context, trouble } = await openPage(browser, url, LOOKS[1]);
    await signIn(page, "wang", PASSWORD);
    const fields = textFields();
    expect(fields.length).toBeGreaterThan(80);
    const odd: string[] = [];
    for (const { key, path, body } of fields) {
      const [method = "", route = ""] = key.split(" ");
      const where = route.replace("/api/1/", "").replace(/:\w+/g, "x1");
      for (const text of [ALL, TOO_LONG, WITH_NUL, HOSTILE.formula]) {
        const { status, body: answer } = await callApi(page, method, where, body(text));
        const { message = "", code = "" } = answer as { message?: string; code?: string };
        const clear = status < 300 || (status < 500 && message.length > 10 && message.length < 2_000 && code !== "");
        if (!clear) odd.push(`${key} ${path} ${text.slice(0, 12)}: ${status} ${JSON.stringify(answer).slice(0, 200)}`);
      }
    }
    expect(odd).toEqual([]);
    expect(trouble).toEqual([]);
    await page.goto(`${url}#/audit`);
    await loaded(page);
    await page.goto(`${url}#/logs`);
    await loaded(page);
    await systemClock.sleep(200);
    expect(trouble).toEqual([]);
    await context.close();
  }, 120_000);
});
