/// <reference lib="dom" />
/** Whoever uses the console in a test: taking a box over, and calls of the API as the page itself makes them. */
import type { Browser, Page } from "playwright-core";
import { type Look, openPage } from "./console-page.ts";
import type { GatewayProcess } from "./gateway-process.ts";
import { eventually } from "./rig.ts";

/** Where a new box at `url` (with a slash at its end) is taken over. */
export async function claimLinkOf(gateway: GatewayProcess, url: string): Promise<string> {
  const claim = await eventually(
    () => gateway.log.find(({ link }) => typeof link === "string"),
    (found) => found !== undefined,
  );
  return `${url}${String(claim?.["link"]).replace(/^[^#]*/, "")}`;
}

export async function claimBox(page: Page, name: string, password: string): Promise<void> {
  await page.locator("input[autocomplete=username]").fill(name);
  for (const field of await page.locator("input[autocomplete=new-password]").all()) await field.fill(password);
  await page.locator("button[type=submit]").click();
  await page.locator("main.content").waitFor();
}

const ANY: Look = { width: 1280, language: "en" };

/** The first account of a new box, made in a browser that is closed again. */
export async function takeOver(browser: Browser, gateway: GatewayProcess, url: string, name: string, password: string) {
  const { page, context } = await openPage(browser, await claimLinkOf(gateway, url), ANY);
  await claimBox(page, name, password);
  await context.close();
}

export interface Called {
  readonly status: number;
  readonly body: unknown;
}

/** With the page's own session. `path` is what stands behind `/api/1/`. */
export const callApi = (page: Page, method: string, path: string, body?: unknown): Promise<Called> =>
  page.evaluate(
    async ({ method, path, text }) => {
      /** What fails on the way says where to. */
      const ask = (to: string, init: RequestInit = {}) =>
        fetch(`/api/1/${to}`, init).catch((cause: Error) => {
          throw new Error(`${init.method ?? "GET"} ${to} ${text?.slice(0, 200)}: ${cause.message}`);
        });
      const { csrf = "" } = (await (await ask("session")).json()) as { csrf?: string };
      const headers = { "x-gatehouse-csrf": csrf, ...(text === null ? {} : { "content-type": "application/json" }) };
      const answer = await ask(path, { method, headers, body: text });
      const said = await answer.text();
      return { status: answer.status, body: said.startsWith("{") ? (JSON.parse(said) as unknown) : said };
    },
    { method, path, text: body === undefined ? null : JSON.stringify(body) },
  );
