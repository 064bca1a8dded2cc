/// <reference lib="dom" />
/** The console's page in a real browser: opened, signed in, and watched for what its policy forbids and for what keeps people out. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The box's own certificate is nobody's the browser trusts; with this flag service workers run too, as once its authority is trusted. */
export const openBrowser = (more: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--ignore-certificate-errors", ...more],
  });

export interface Look {
  readonly width: number;
  readonly language: "zh" | "en";
  readonly scheme?: "light" | "dark";
  /** With the service worker, which takes in the whole page a second time: where losing the box is tried. */
  readonly keepsPage?: true;
}

export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Violations of the policy, failures and complaints; must stay empty. */
  readonly trouble: string[];
}

/** What a browser says of a box that is away, or of a call that is refused, is no failure of the page. */
const EXPECTED = /Failed to load resource|WebSocket connection|ERR_CONNECTION|ERR_INTERNET|net::/;

export async function openPage(browser: Browser, url: string, look: Look): Promise<Opened> {
  const { width, language, scheme = "light", keepsPage } = look;
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 800 },
    locale: language === "zh" ? "zh-CN" : "en-US",
    colorScheme: scheme,
    ignoreHTTPSErrors: true,
    serviceWorkers: keepsPage === true ? "allow" : "block",
  });
  const trouble: string[] = [];
  await context.exposeFunction("tellTrouble", (text: string) => trouble.push(text));
  await context.addInitScript(() => {
    const { tellTrouble } = globalThis as unknown as { tellTrouble(text: string): void };
    document.addEventListener("securitypolicyviolation", (event) =>
      tellTrouble(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
    );
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => trouble.push(`failed: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !EXPECTED.test(message.text())) trouble.push(`said: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    trouble.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  return { page, context, trouble };
}

export async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.locator("input[autocomplete=username]").fill(name);
  await page.locator("input[autocomplete=current-password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.locator("main.content").waitFor();
}

/** Serious and critical findings of axe-core, in lines. */
export async function obstacles(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  // A colour on its way to another is no colour to judge.
  await page.evaluate(async () => {
    const passing = document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations === 1);
    await Promise.all(passing.map((one) => one.finished.catch(() => undefined)));
  });
  return page.evaluate(async () => {
    interface Finding {
      readonly id: string;
      readonly impact: string;
      readonly nodes: readonly { readonly html: string }[];
    }
    interface Axe {
      run(options: object): Promise<{ violations: readonly Finding[] }>;
    }
    const { axe } = globalThis as unknown as { axe: Axe };
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .slice(0, 2)
            .map(({ html }) => html.slice(0, 160))
            .join(" | ")}`,
      );
  });
}

/** True where nothing sticks out sideways. */
export const fits = async (page: Page): Promise<boolean> => (await stickingOut(page)).length === 0;

/** What makes a page wider than the screen, the innermost first. */
export const stickingOut = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const content = document.querySelector("main");
    const { documentElement: root } = document;
    const wide = (box: Element) => box.scrollWidth > box.clientWidth;
    if (!wide(root) && (content === null || !wide(content))) return [];
    const edge = (content ?? root).getBoundingClientRect().right + 1;
    const out = [...(content ?? root).querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > edge);
    return ["wider than the screen", ...out.slice(-3).map(({ outerHTML }) => outerHTML.slice(0, 160))];
  });

export interface Frames {
  readonly p95Ms: number;
  readonly longestMs: number;
  /** The most rooms that were drawn at a time. */
  readonly mostRooms: number;
}

/** Scrolls the board from top to bottom, a step each frame, and measures the frames. */
export const scrollBoard = (page: Page): Promise<Frames> =>
  page.evaluate(async () => {
    const board = document.querySelector(".board-scroll") as HTMLElement;
    const times: number[] = [];
    let mostRooms = 0;
    let before = 0;
    await new Promise<void>((resolve) => {
      const step = (at: number) => {
        if (before > 0) times.push(at - before);
        before = at;
        mostRooms = Math.max(mostRooms, document.querySelectorAll("[data-room]").length);
        const last = board.scrollTop;
        board.scrollTop += 120;
        if (board.scrollTop === last || times.length > 1_000) resolve();
        else requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    });
    times.sort((a, b) => a - b);
    return { p95Ms: times[Math.floor(times.length * 0.95)] ?? 0, longestMs: times.at(-1) ?? 0, mostRooms };
  });
