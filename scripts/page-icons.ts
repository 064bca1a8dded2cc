/** Draws the icons icon-192.png and icon-512.png of the page out of icon.svg with Chromium: `node scripts/page-icons.ts`, after a change of the icon. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { chromium } from "playwright-core";

const folder = resolve(import.meta.dirname, "../gateway/console/public");
const svg = readFileSync(resolve(folder, "icon.svg"), "utf8");
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const size of [192, 512]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${svg}`);
  await page.screenshot({ path: resolve(folder, `icon-${size}.png`) });
}
await browser.close();
