/// <reference lib="dom" />
import { spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GATEHOUSE } from "../support/gateway-process.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";

const gatehouse = (...args: string[]) => spawnSync(process.execPath, [GATEHOUSE, ...args], { encoding: "utf8" });
const HOSTILE = `<img src=x onerror=alert(1)>"'&</script>`;

let dir: TempDir;
let report: string;
let browser: Browser;

beforeAll(async () => {
  dir = tempDir();
  const at = (name: string) => join(dir.path, name);
  gatehouse("sim", "--write-site", at("site.yaml"));
  gatehouse("sim", "--replay", at("readings.ndjson"), "--seed", "5");
  const site = readFileSync(at("site.yaml"), "utf8").replace("银桂公寓", `银桂公寓${HOSTILE}`);
  writeFileSync(at("site.yaml"), site);
  const files = ["--site", at("site.yaml"), "--readings", at("readings.ndjson"), "--out", at("out")];
  const { status, stderr } = gatehouse("replay", ...files, "--limit", "3,2");
  expect(status, stderr).toBe(0);
  report = at("out/report.html");
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
});

afterAll(async () => {
  await browser?.close();
  dir?.[Symbol.dispose]();
});

interface Opened {
  readonly page: Page;
  /** Everything the page asked for beside itself, and everything it complained about. */
  readonly trouble: string[];
}

async function open(width: number, colorScheme: "light" | "dark" = "light"): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme, offline: true });
  const page = await context.newPage();
  const trouble: string[] = [];
  const url = pathToFileURL(report).href;
  page.on("request", (request) => {
    if (request.url() !== url) trouble.push(`asked for ${request.url()}`);
  });
  page.on("console", (message) => trouble.push(`said ${message.text()}`));
  page.on("pageerror", (error) => trouble.push(`failed with ${error.message}`));
  await page.goto(url);
  return { page, trouble };
}

/** Which rooms stand open is the rules' matter. */
async function unfold(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
}

describe.each([
  [1280, "light"],
  [1280, "dark"],
  [390, "light"],
  [390, "dark"],
] as const)("a replay's report at %d px, %s", (width, scheme) => {
  it("opens offline without a complaint, fits the screen, and shows plots with letters one can read", async () => {
    const { page, trouble } = await open(width, scheme);
    for (const language of ["zh-CN", "en"]) {
      if (language === "en") await page.click("label[for=lang-en]");
      const screen = page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      const [content = 0, room = 1] = await screen;
      expect(content, language).toBeLessThanOrEqual(room);
    }
    await unfold(page);
    const plots = await page.evaluate(() =>
      [...document.querySelectorAll(".plot svg")]
        .map((svg) => ({
          width: svg.getBoundingClientRect().width,
          paths: svg.querySelectorAll("path").length,
          smallest: Math.min(...[...svg.querySelectorAll("text")].map((text) => text.getBoundingClientRect().height)),
        }))
        .filter(({ width }) => width > 0),
    );
    expect(plots.length).toBeGreaterThanOrEqual(4);
    for (const plot of plots) {
      expect(plot.width).toBeGreaterThan(Math.min(width, 900) * 0.8);
      expect(plot.paths).toBeGreaterThan(3);
      expect(plot.smallest).toBeGreaterThanOrEqual(11);
    }
    expect(trouble).toEqual([]);
    await page.context().close();
  });
});

describe("a replay's report", () => {
  it("follows the reader's light and dark, in page and plots", async () => {
    const colours = async (scheme: "light" | "dark") => {
      const { page } = await open(1280, scheme);
      await unfold(page);
      const found = await page.evaluate(() => {
        const text = document.querySelector(".plot.wide svg text") as Element;
        return { back: getComputedStyle(document.body).backgroundColor, plot: getComputedStyle(text).fill };
      });
      await page.context().close();
      return found;
    };
    const light = await colours("light");
    const dark = await colours("dark");
    expect(light.back).not.toBe(dark.back);
    expect(light.plot).not.toBe(dark.plot);
    expect(new Set([light.back, light.plot]).size).toBe(2);
  });

  it("can be read with the keyboard alone: language, folded rooms, links", async () => {
    const { page } = await open(1280);
    const isShown = (text: string) => page.getByText(text, { exact: true }).first().isVisible();
    expect(await isShown("房间一览")).toBe(true);
    expect(await isShown("Side by side")).toBe(false);
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    expect(await isShown("房间一览")).toBe(false);
    expect(await isShown("Side by side")).toBe(true);
    const folded = page.locator("details.room:not([open]) > summary").first();
    await folded.focus();
    const room = await folded.evaluate((summary) => summary.parentElement?.querySelector("p")?.id);
    const isOpen = () => page.locator(`details:has([id="${room}"]) .plot.wide svg`).first().isVisible();
    await page.keyboard.press("Enter");
    expect(await isOpen()).toBe(true);
    await page.keyboard.press("Enter");
    expect(await isOpen()).toBe(false);
    await page.evaluate((id) => {
      location.hash = `#${id}`;
    }, room);
    expect(await isOpen()).toBe(true);
    await page.context().close();
  });

  it("shows names as they are, never as markup", async () => {
    const { page } = await open(1280);
    expect(await page.locator("h1").textContent()).toBe(`银桂公寓${HOSTILE}`);
    expect(await page.locator("img, script").count()).toBe(0);
    await page.context().close();
  });

  it("sets the limits side by side, and tells why an alert was raised", async () => {
    const { page } = await open(1280);
    await page.click("label[for=lang-en]");
    const section = page.locator("#comparison");
    for (const head of ["as it is", "limit 3", "limit 2"]) expect(await section.textContent()).toContain(head);
    expect(await page.locator("article.alert li").count()).toBeGreaterThan(0);
    expect(statSync(report).size).toBeLessThan(3_000_000);
    await page.context().close();
  });
});
