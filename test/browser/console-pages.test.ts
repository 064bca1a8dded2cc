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

const NIGHTS = { over: 2, of: 3, clear: 5 };
/** An operator's own, beside the site file: no length is set for what it says of itself. */
const POLICY = {
  id: "own-policy",
  title: `${ALL} ${TOO_LONG}`,
  source: { name: ALL, effective: "2020-01-01", reference: `${HOSTILE.address} ${TOO_LONG}`, verified: true },
  note: ALL,
  appliesTo: ["flat"],
  personsPerRoom: 2,
  nights: { red: NIGHTS, yellow: NIGHTS, blue: NIGHTS },
};

const RULE = {
  id: "own-rule",
  title: { zh: cut(ALL, 380), en: cut(ALL, 380) },
  when: "reading",
  if: 'kind == "count.in"',
  tests: [{ name: cut(ALL, 380), steps: [{ at: "2026-03-01T00:00:00Z", kind: "count.out" }], expect: "silent" }],
};

const FILES = {
  "policies/own.json": JSON.stringify(POLICY),
  "rules/own.json": JSON.stringify({ rules: [RULE] }),
};

function sections(port: number): object {
  const address = { code: cut(ALL, 64), grid: cut(HOSTILE.formula, 60), plate: HOSTILE.sum, text: cut(ALL, 500) };
  const rooms = TEXTS.map((name, n) => ({
    id: `3-10${n}`,
    kind: "flat",
    parent: "floor-1",
    name: cut(name, 200),
    ...(n === 1 ? {} : { limit: { persons: 2, basis: cut(name, 300) } }),
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
    policies: [{ use: POLICY.id }],
    rules: ["rules/own.json"],
    patrols: { checkpoints: [{ space: ROOM }] },
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
let ruleAlertId: string;

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
  const count = JSON.stringify({ kind: "count.in", value: 1, epoch: 1, seq: 2 });
  await device.publishAsync(readingsTopic(DEVICE), count, { qos: 1 });
}

interface Listed {
  readonly id: string;
  readonly subject?: string;
}

const listOf = (page: Page, path: string, under: string, atLeast: number): Promise<readonly Listed[]> =>
  eventually(
    async () => ((await callApi(page, "GET", path)).body as Readonly<Record<string, readonly Listed[]>>)[under] ?? [],
    (found) => found.length >= atLeast,
  );

const NOTE = cut(ALL, 1_000);

async function peopleWrite(page: Page): Promise<void> {
  const does = async (deed: object) => {
    const { status, body } = await callApi(page, "POST", "deeds", deed);
    expect(status, JSON.stringify([deed, body])).toBe(200);
  };
  alertId = (await listOf(page, "alerts?kind=tamper", "items", 1))[0]?.id ?? "";
  ruleAlertId = (await listOf(page, "alerts?kind=custom", "items", 1))[0]?.id ?? "";
  for (const note of [...TEXTS, NOTE]) await does({ do: "note", alert: alertId, note });
  // Its whole life, each step with a note of its own.
  for (const [n, step] of (["acknowledge", "rectify", "verify", "close", "reopen"] as const).entries())
    await does({ do: step, alert: ruleAlertId, note: `${step} ${TEXTS[n]}` });
  for (const name of ["li", "赵.钱_孙-李"]) {
    const made = await callApi(page, "POST", "accounts", { name, roles: ["manager"], password: PASSWORD });
    expect(made.status).toBe(200);
  }
  await does({ do: "set-limit", space: "3-100", persons: 3, basis: cut(ALL, 600) });
  await does({ do: "patrol", space: ROOM, plate: HOSTILE.sum, note: NOTE });
  const prompts = await listOf(page, "prompts", "prompts", 2);
  const handled = prompts.find(({ subject }) => subject === alertId);
  await does({ do: "handle-prompt", prompt: handled?.id, note: NOTE });
  await does({ do: "start-hand-over", to: "li" });
  const [called] = await listOf(page, "hand-overs", "handOvers", 1);
  await does({ do: "cancel-hand-over", handOver: called?.id, note: NOTE });
  await does({ do: "start-hand-over", to: "li" });
}

/** The site file once more, and why. */
async function fileIsChanged(page: Page): Promise<void> {
  const { hash } = (await callApi(page, "GET", "config")).body as { readonly hash: string };
  const edits = [{ op: "set", path: "spaces/3-100/registered", value: 1 }];
  const changed = await callApi(page, "PATCH", "config", { hash, edits, note: cut(ALL, 600) });
  expect(changed.status, JSON.stringify(changed.body)).toBe(200);
  await eventually(
    () => rig.gateway.log.filter(({ msg }) => msg === "ready").length,
    (starts) => starts === 2,
  );
  await eventually(
    () => callApi(page, "GET", "config").catch(() => undefined),
    (answer) => answer?.status === 200,
  );
}

beforeAll(async () => {
  const port = await freePort();
  rig = await openRig({ devices: 1, sections: sections(port), files: FILES, env: { BRIDGE_PASSWORD } });
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
  await page.locator("input[autocomplete=username][aria-invalid=true]").waitFor();
  expect(await page.locator("button[type=submit]").isDisabled()).toBe(true);
  await expectGood(page, "claim with a name no account can have");
  expect(trouble).toEqual([]);
  await context.close();
});

describe("once it is taken over, and strangers have written wherever they can", () => {
  beforeAll(async () => {
    const { page, context } = await openPage(browser, claimLink, LOOKS[0]);
    await claimBox(page, "wang", PASSWORD);
    await fileIsChanged(page);
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
        "/rooms/:id": [ROOM, "3-100", "3-101"],
        "/alerts/:id": [alertId, ruleAlertId],
        "/devices/:id": [DEVICE],
      });
      expect(addresses.length).toBeGreaterThan(25);
      for (const address of addresses) {
        await page.goto(`${url}#${address}`);
        await loaded(page);
        expect.soft(await page.locator("main .failure, main .ant-alert-error").allInnerTexts(), address).toEqual([]);
        await expectGood(page, address);
      }
      for (const address of [
        "/labels",
        "/set-up-report",
        "/roll-call",
        `/alerts/${alertId}`,
        "/hand-over",
        "/report",
      ]) {
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

  it("what people and the site's own files say stands as text where it is shown", async () => {
    const { page, context, trouble } = await openPage(browser, url, LOOKS[1]);
    await signIn(page, "wang", PASSWORD);
    const { script, rightToLeft } = HOSTILE;
    const says = async (address: string, place: string, text: string) => {
      await page.goto(`${url}#${address}`);
      const found = async () => (await page.locator(place).allTextContents()).join("\n");
      await expect.poll(found, { ...SOON, message: address }).toContain(text);
    };
    await says(`/alerts/${ruleAlertId}`, "main h1, main h2", RULE.title.en);
    for (const [n, step] of ["acknowledge", "rectify", "verify", "close", "reopen"].entries())
      await says(`/alerts/${ruleAlertId}`, ".note", `${step} ${TEXTS[n]}`);
    await says("/alerts", "[data-alert]", script);
    await says("/rooms/3-100", "main", cut(ALL, 600));
    await says("/rooms/3-101", "main", HOSTILE.attribute);
    await says("/prompts", "[data-prompt] h2", script);
    await page.locator("main .ant-segmented-item").nth(1).click();
    await expect.poll(() => page.locator("[data-prompt] bdi").allTextContents(), SOON).toContain(` · ${NOTE}`);
    await says("/hand-over", "[data-item] a", script);
    await says("/patrols", ".note", NOTE);
    await says("/config", "main .under", cut(ALL, 600));
    await says("/set-up-report", "main", rightToLeft);
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
