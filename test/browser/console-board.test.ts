/// <reference lib="dom" />
/** The console's page over a real gateway: claim, board, alert, hand-over, loss and return of the connection, without a connection at all. */
import { systemClock } from "@gatehouse/protocol";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Opened, obstacles, openBrowser, openPage, scrollBoard, signIn } from "../support/console-page.ts";
import { freePort } from "../support/free-port.ts";
import { gatehouse } from "../support/gatehouse.ts";
import { openRig, type Rig } from "../support/rig.ts";

const ROOMS = 2_000;
const FIRST_ROOM = "1-101";
const PASSWORD = "kein-geheimnis-42";
/** What a stranger may write into a name. */
const HOSTILE = `<img src=x onerror=alert(1)>"'&</script>=1+1\u202e\u2066`;

/** `1-101` … in buildings of 10 floors of 10 rooms; the first is the flat of the rig's first device. */
function sections(port: number): object {
  const flats = Array.from({ length: ROOMS - 1 }, (_, n) => {
    const number = `${1 + (Math.floor(n / 10) % 10)}${String(1 + (n % 10)).padStart(2, "0")}`;
    const id = `${1 + Math.floor(n / 100)}-${number}`;
    return { id, kind: "flat", name: n === 1 ? HOSTILE : `${number}室`, limit: { persons: 2, basis: HOSTILE } };
  });
  return {
    spaces: [
      { id: "flat-count-0001", kind: "flat", name: `A${HOSTILE}`, risk: "red", limit: { persons: 2, basis: "test" } },
      ...flats,
    ],
    console: { listen: `127.0.0.1:${port}` },
  };
}

let rig: Rig;
let browser: Browser;
let url: string;
let claimLink: string;

beforeAll(async () => {
  const port = await freePort();
  rig = await openRig({ devices: 1, uplinks: () => [], sections: sections(port) });
  url = `https://127.0.0.1:${port}/`;
  const claim = () => rig.gateway.log.find(({ link }) => typeof link === "string");
  while (claim() === undefined) await systemClock.sleep(20);
  const waiting = claim();
  claimLink = `${url}${String(waiting?.["link"]).replace(/^[^#]*/, "")}`;
  browser = await openBrowser();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await rig?.[Symbol.asyncDispose]();
});

const text = async (page: Page, selector: string) => (await page.locator(selector).first().textContent()) ?? "";

async function signedIn(look: Parameters<typeof openPage>[2]): Promise<Opened> {
  const opened = await openPage(browser, url, { ...look, keepsPage: true });
  await signIn(opened.page, "wang", PASSWORD);
  return opened;
}

/** Raises or clears the tamper alert of the rig's device. */
let seq = 0;
async function tamper(on: boolean): Promise<void> {
  const device = await rig.device("count-0001");
  seq++;
  const reading = JSON.stringify({ kind: on ? "tamper.on" : "tamper.off", epoch: 1, seq });
  await device.publishAsync("gatehouse/1/count-0001/readings", reading, { qos: 1 });
  device.end(true);
}

it("a new box is taken over with its code, and its board is there", async () => {
  const { page, context, trouble } = await openPage(browser, claimLink, { width: 390, language: "zh" });
  await page.locator("input[autocomplete=username]").fill("wang");
  for (const input of await page.locator("input[autocomplete=new-password]").all()) await input.fill(PASSWORD);
  expect(await obstacles(page)).toEqual([]);
  await page.locator("button[type=submit]").click();
  await page.locator(".tile").first().waitFor();
  expect(await text(page, ".page-head .under")).toContain(`${ROOMS} 间`);
  expect(trouble).toEqual([]);
  await context.close();
});

it("an alert cannot be overlooked, is explained, taken and noted, on the page that is open", async () => {
  const { page, context, trouble } = await signedIn({ width: 390, language: "en" });
  await page.locator(".tile").first().waitFor();
  expect(await page.title()).not.toMatch(/^\(/);
  await tamper(true);
  await page.locator(".banner-urgent a").click();
  await expect.poll(() => page.title()).toMatch(/^\(1\)/);
  await page.locator("[data-alert]").click();
  await page.locator(".evidence li").first().waitFor();
  expect(await obstacles(page)).toEqual([]);
  await page.locator("textarea").fill(HOSTILE);
  await page.locator("[data-deed=acknowledge]").click();
  await expect.poll(() => text(page, ".history-step strong")).toBe("acknowledged");
  expect(await text(page, ".note")).toBe(HOSTILE);
  await expect.poll(() => page.title()).not.toMatch(/^\(/);
  expect(trouble).toEqual([]);
  await context.close();
});

it("2,000 rooms are scrolled and walked through by keyboard, and only those on the screen are drawn", async () => {
  const { page, context } = await signedIn({ width: 1280, language: "zh" });
  await page.locator(".tile").first().waitFor();
  const { p95Ms, longestMs, mostRooms } = await scrollBoard(page);
  console.warn(
    `2,000 rooms: frames of ${p95Ms.toFixed(1)} ms (p95), longest ${longestMs.toFixed(1)} ms, at most ${mostRooms} rooms drawn`,
  );
  expect(mostRooms).toBeLessThan(250);
  const last = await page.locator("[data-room]").last().getAttribute("data-room");
  const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset["room"]);
  // A board that was just scrolled may yet take the room away that is focused here, as one that is off the screen.
  const atHome = async () => {
    await page.locator("[data-room]").first().focus();
    await page.keyboard.press("Home");
    return focused();
  };
  await expect.poll(atHome).toBe(FIRST_ROOM);
  await page.keyboard.press("End");
  await expect.poll(focused).toBe(last);
  await page.keyboard.press("Home");
  await expect.poll(focused).toBe(FIRST_ROOM);
  await page.keyboard.press("Enter");
  await page.locator(".figures").waitFor();
  await context.close();
});

it("a hand-over is complete when the one who comes has taken each item, with an account and a password of their own", async () => {
  const made = await gatehouse("user", "add", "li", "--role", "manager", "--json", "--state", rig.stateDir);
  const { password } = JSON.parse(made.out) as { password: string };
  const coming = await openPage(browser, url, { width: 390, language: "zh" });
  await signIn(coming.page, "li", password);
  await coming.page.locator("input[autocomplete=current-password]").first().fill(password);
  for (const input of await coming.page.locator("input[autocomplete=new-password]").all()) await input.fill(PASSWORD);
  await coming.page.locator("form button[type=submit]").first().click();
  await coming.page.locator(".tile").first().waitFor();

  const leaving = await signedIn({ width: 1280, language: "en" });
  await leaving.page.goto(`${url}#/hand-over`);
  await leaving.page.locator("select").selectOption("li");
  await leaving.page.getByRole("button", { name: "Start a hand-over" }).click();
  const items = leaving.page.locator("[data-item]");
  await items.first().waitFor();
  expect(await leaving.page.locator("[data-item] button").count()).toBe(0);

  await coming.page.goto(`${url}#/hand-over`);
  await coming.page.locator("[data-item]").first().waitFor();
  expect(await obstacles(coming.page)).toEqual([]);
  for (let left = await items.count(); left > 0; left--) {
    await coming.page.locator("[data-item] button").first().click();
    await expect.poll(() => coming.page.locator("[data-item] button").count()).toBe(left - 1);
  }
  await coming.page.locator("[data-hand-over]").waitFor({ state: "detached" });
  await expect.poll(() => text(leaving.page, ".rows .under"), { timeout: 30_000 }).toContain("complete");
  expect([...coming.trouble, ...leaving.trouble]).toEqual([]);
  await coming.context.close();
  await leaving.context.close();
});

it("what another limit would have meant is worked out from the box's own history, with its progress", async () => {
  await tamper(true);
  const { page, context, trouble } = await signedIn({ width: 1280, language: "en" });
  await page.goto(`${url}#/rooms/flat-count-0001`);
  await page.locator(".what-if input").fill("1");
  await page.locator(".what-if button.ant-btn-primary").click();
  await page.locator("[data-job=done]").waitFor({ timeout: 30_000 });
  expect(await text(page, "[data-job=done]")).toContain("1 rooms under a limit of 1");
  expect(trouble).toEqual([]);
  await context.close();
});

it("a lost connection is said, and so is its return", async () => {
  const { page, context } = await signedIn({ width: 390, language: "zh" });
  await page.locator(".tile").first().waitFor();
  await rig.gateway.end("SIGKILL");
  await page.locator("[data-connection=lost]").waitFor();
  expect(await text(page, "[data-connection]")).toContain("连接已断开");
  await rig.restart();
  await page.locator("[data-connection=returned]").waitFor({ timeout: 40_000 });
  expect(await page.locator("[data-connection=lost]").count()).toBe(0);
  await page.locator(".tile").first().waitFor();
  await context.close();
});

it("without a connection the page still opens, and says what is the matter", async () => {
  const { page, context } = await signedIn({ width: 390, language: "en" });
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await context.setOffline(true);
  await page.reload();
  await page.locator(".ant-alert-error").waitFor();
  expect(await text(page, ".ant-alert-error")).toContain("The box cannot be reached");
  await context.setOffline(false);
  await page.locator(".ant-alert-error button").click();
  await page.locator(".tile").first().waitFor();
  await context.close();
});
