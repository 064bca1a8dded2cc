/// <reference lib="dom" />
/** The pages about the box over a real gateway: platforms, health, configuration with roll-back, accounts, backup, audit, log. */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callApi, takeOver } from "../support/console-account.ts";
import { type Opened, obstacles, openBrowser, openPage, signIn } from "../support/console-page.ts";
import { freePort } from "../support/free-port.ts";
import { eventually, openRig, type Rig, readingsTopic } from "../support/rig.ts";

const PASSWORD = "kein-geheimnis-42";
const HOSTILE = `<img src=x onerror=alert(1)>"'&</script>=1+1\u202e${"ab".repeat(60)}`;

let rig: Rig;
let browser: Browser;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  const sections = {
    spaces: [
      { id: "flat-count-0001", kind: "flat", name: HOSTILE, risk: "red", limit: { persons: 2, basis: HOSTILE } },
    ],
    console: { listen: `127.0.0.1:${port}` },
  };
  rig = await openRig({ devices: 1, sections });
  url = `https://127.0.0.1:${port}/`;
  browser = await openBrowser();
  await takeOver(browser, rig.gateway, url, "wang", PASSWORD);
  const device = await rig.device("count-0001");
  const tamper = JSON.stringify({ kind: "tamper.on", epoch: 1, seq: 1 });
  await device.publishAsync(readingsTopic("count-0001"), tamper, { qos: 1 });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await rig?.[Symbol.asyncDispose]();
});

async function signedIn(look: Parameters<typeof openPage>[2], path = "/", name = "wang"): Promise<Opened> {
  const opened = await openPage(browser, url, look);
  await signIn(opened.page, name, PASSWORD);
  await opened.page.goto(`${url}#${path}`);
  return opened;
}

it("shows what left the box, with the personal data in it marked", async () => {
  const { page, context } = await signedIn({ width: 1280, language: "en" }, "/uplinks");
  await page.getByText("What leaves this box").click();
  await page.locator("summary", { hasText: "gatehouse.alert.raised" }).first().click();
  await expect.poll(() => page.locator(".envelope mark").first().textContent()).toBeTruthy();
  const marked = await page.locator(".envelope mark").allTextContents();
  expect(marked).toContain('"310112104007"');
  expect(marked).not.toContain('"tamper"');
  await context.close();
});

it("refuses a wrong site file with its line, takes a right one, and goes back", async () => {
  const { page, context, trouble } = await signedIn({ width: 1280, language: "en" }, "/config");
  const text = page.locator("textarea");
  await text.waitFor();
  const before = await text.inputValue();
  const isJson = before.trimStart().startsWith("{");
  const wrong = isJson ? before.replace('"rental-compound"', '"hotel"') : before.replace("rental-compound", "hotel");
  await text.fill(wrong);
  await page.getByRole("button", { name: "Check and compare" }).click();
  await page.getByText("1 thing must change").waitFor();
  expect(await page.getByRole("button", { name: "Use it" }).count()).toBe(0);
  await text.fill(`${before}\n# ${HOSTILE}\n`);
  await page.getByRole("button", { name: "Check and compare" }).click();
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByText("In use: the box runs with it").waitFor({ timeout: 20_000 });
  const used = `${before}\n# ${HOSTILE}\n`;
  expect(readFileSync(rig.siteFile, "utf8")).toBe(used);
  // Of an address that no machine has, only the start finds out.
  const broken = used.replace(new URL(rig.url).host, "192.0.2.1:1883");
  expect(broken).not.toBe(used);
  await text.fill(broken);
  await page.getByRole("button", { name: "Check and compare" }).click();
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByText("The box did not start with the new settings").waitFor({ timeout: 30_000 });
  await page.getByText("192.0.2.1").first().waitFor();
  expect(await page.getByText("In use: the box runs with it").count()).toBe(0);
  expect(await text.inputValue()).toBe(broken);
  expect(readFileSync(rig.siteFile, "utf8")).toBe(used);
  await page.reload();
  await page.locator(".row-text", { hasText: /^Version 1\b/ }).waitFor();
  await page.getByRole("button", { name: "Compare", exact: true }).last().click();
  await page.getByRole("button", { name: "Go back to it" }).click();
  await page.getByRole("button", { name: "Yes" }).click();
  await eventually(
    () => rig.gateway.log.filter(({ msg }) => msg === "ready").length,
    (starts) => starts === 4,
  );
  expect(readFileSync(rig.siteFile, "utf8")).toBe(before);
  expect(trouble).toEqual([]);
  await context.close();
});

it("makes an account, whose owner has to choose a password of their own", async () => {
  const { page, context } = await signedIn({ width: 390, language: "en" }, "/accounts");
  const form = page.locator("form");
  await form.locator("input[type=text]").first().fill("li");
  for (const input of await form.locator("input[autocomplete=new-password]").all()) await input.fill(PASSWORD);
  await form.getByRole("button", { name: "Make it" }).click();
  await page.getByText("The account is made").waitFor();
  await context.close();
  const other = await openPage(browser, url, { width: 390, language: "zh" });
  await other.page.locator("input[autocomplete=username]").fill("li");
  await other.page.locator("input[autocomplete=current-password]").fill(PASSWORD);
  await other.page.locator("button[type=submit]").click();
  await expect.poll(() => other.page.getByText("这个密码是别人为您设的").count(), { timeout: 10_000 }).toBe(1);
  await other.context.close();
});

it("makes a backup that can be saved, and its audit log is whole", async () => {
  const { page, context } = await signedIn({ width: 1280, language: "en" }, "/backup");
  await page.getByRole("button", { name: "Make a backup" }).click();
  const link = page.getByRole("link", { name: /^Download gatehouse-.*\.ghbackup$/ });
  await link.waitFor({ timeout: 30_000 });
  const saved = page.waitForEvent("download");
  await link.click();
  const file = readFileSync(await (await saved).path());
  expect([...file.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
  await page.goto(`${url}#/audit`);
  await page.getByRole("button", { name: "Verify that it is whole" }).click();
  await expect.poll(() => page.getByText(/Whole: \d+ entries/).count(), { timeout: 10_000 }).toBe(1);
  await context.close();
});

it("says who did what in words, in the reader's language, and finds it by name and by deed", async () => {
  const { page, context } = await signedIn({ width: 1280, language: "zh" }, "/audit");
  const rows = page.locator(".box-table tbody tr");
  await rows.first().waitFor();
  const { length: all } = await rows.allInnerTexts();
  const text = (await rows.allInnerTexts()).join("\n");
  expect(text).not.toContain("/api/");
  expect(text).not.toContain("console:");
  for (const word of ["认领网关", "登录", "配置生效", "制作备份"]) expect(text).toContain(word);
  await page.locator(".tools select").selectOption({ label: "新建账号" });
  await expect.poll(() => rows.allInnerTexts()).toEqual([expect.stringContaining("角色 值班负责人; 新密码")]);
  await page.locator(".tools select").selectOption("");
  await page.locator(".tools input").fill("li");
  await expect.poll(() => rows.allInnerTexts()).toEqual([expect.stringContaining("登录")]);
  await page.locator(".tools input").fill("wang");
  await expect.poll(() => rows.count()).toBeGreaterThan(5);
  expect(await rows.count()).toBeLessThan(all);
  expect(await obstacles(page)).toEqual([]);
  await page.goto(`${url}#/config`);
  await page.locator(".row-text", { hasText: "首次启动时的内容" }).waitFor();
  expect(await page.locator(".row-text", { hasText: "恢复到版本" }).count()).toBe(1);
  await context.close();
});

it("reads a page that found no box again by itself, though the feed never broke", async () => {
  const { page, context } = await signedIn({ width: 1280, language: "en" });
  await page.route("**/api/1/alerts?*", (route) => route.abort());
  await page.goto(`${url}#/alerts`);
  await page.getByText("The box cannot be reached.").waitFor();
  expect(await page.locator("[data-connection=lost]").count()).toBe(0);
  await page.unroute("**/api/1/alerts?*");
  await page.locator("[data-alert]").first().waitFor();
  expect(await page.getByText("The box cannot be reached.").count()).toBe(0);
  await context.close();
});

it("a backup without a passphrase is put back, or the page says why not: the site file is as it was, and whoever is signed in stays so", async () => {
  const { page, context, trouble } = await signedIn({ width: 390, language: "en" }, "/backup");
  await page.getByRole("button", { name: "Make a backup" }).click();
  const link = page.getByRole("link", { name: /^Download gatehouse-.*\.ghbackup$/ }).first();
  await link.waitFor({ timeout: 30_000 });
  const saved = page.waitForEvent("download");
  await link.click();
  const backup = readFileSync(await (await saved).path());
  const before = readFileSync(rig.siteFile, "utf8");
  const config = async () =>
    (await callApi(page, "GET", "config").catch(() => ({ body: {} }))).body as { hash?: string; running?: string };
  const { hash } = await config();
  const { host, port } = new URL(rig.url);
  const later = before.replaceAll(host, `127.0.0.1:${await freePort()}`);
  const { body } = await callApi(page, "PUT", "config", { text: later, hash });
  await expect.poll(async () => (await config()).running, { timeout: 20_000 }).toBe((body as { hash: string }).hash);
  const starts = () => rig.gateway.log.filter(({ msg }) => msg === "the console is open").length;
  const file = page.locator("input[type=file]");
  const restore = async (buffer: Buffer) => {
    await page.locator("[data-connection]").waitFor({ state: "detached", timeout: 20_000 });
    await file.setInputFiles({ name: "box.ghbackup", mimeType: "application/octet-stream", buffer });
    await page.getByRole("button", { name: "Restore it" }).click();
    await page.getByRole("button", { name: "Yes" }).click();
  };
  await restore(Buffer.from("no backup at all"));
  const refusal = page.getByText("is no whole backup");
  await refusal.waitFor({ timeout: 20_000 });
  expect(await refusal.textContent()).not.toContain("/");
  // Somebody else has taken what the box of the backup listened on.
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(Number(port), "127.0.0.1", resolve));
  await restore(backup);
  await page.getByText("The box did not start with the backup").waitFor({ timeout: 30_000 });
  await page.getByText(`cannot listen on ${host}`).waitFor();
  expect(await obstacles(page)).toEqual([]);
  expect(readFileSync(rig.siteFile, "utf8")).toBe(later);
  await new Promise((resolve) => taken.close(resolve));
  const count = starts();
  await restore(backup);
  await page.getByText("accounts, keys and certificates of this box stay").waitFor({ timeout: 20_000 });
  await eventually(starts, (now) => now > count);
  expect(readFileSync(rig.siteFile, "utf8")).toBe(before);
  await page.locator(".banner", { hasText: "starting anew" }).waitFor({ state: "detached", timeout: 30_000 });
  await page.getByText("The box did not start with the backup").waitFor({ state: "detached" });
  // Jobs of the start before are forgotten: no error, and no link to a file that is gone.
  expect(await page.getByText("There is no").count()).toBe(0);
  await expect.poll(() => page.getByRole("link", { name: /^Download/ }).count()).toBe(0);
  expect((await callApi(page, "GET", "session")).body).toMatchObject({ name: "wang" });
  await page.goto(`${url}#/accounts`);
  await page.locator("main").getByText("wang", { exact: true }).first().waitFor();
  expect(trouble).toEqual([]);
  await context.close();
}, 120_000);
