import { chromium } from "playwright-core";
const [,, base="https://127.0.0.1:8443/", code="", langs="zh,en", widths="1280,390"] = process.argv;
const pages = (process.env.PAGES ?? "/,/alerts,/prompts,/hand-over,/roll-call,/fire,/uplinks,/health,/config,/backup,/accounts,/audit,/logs,/account,/devices,/set-up").split(",");
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "zh-CN", viewport: { width: 1280, height: 900 }, ...(process.env.STATE && (await import("node:fs")).existsSync(process.env.STATE) ? { storageState: process.env.STATE } : {}) });
const page = await context.newPage();
const problems: string[] = [];
page.on("console", (m) => { if (m.type() === "error" || m.type() === "warning") problems.push(m.text().slice(0, 300)); });
page.on("pageerror", (e) => problems.push("PAGEERROR " + e.message.slice(0, 300)));
await page.goto(base);
await page.waitForTimeout(2500);
await page.screenshot({ path: "/tmp/shots/first.png" });
if (await page.getByLabel(/认领码|Claim code/).count()) {
  await page.getByLabel(/认领码|Claim code/).fill(code);
  await page.getByLabel(/您的账号名|account's name/).fill("wang");
  await page.getByLabel(/^新密码|^New password/).fill("correct horse 1");
  await page.getByLabel(/再输一次|again/).fill("correct horse 1");
  await page.getByRole("button", { name: /认领并登录|Take over/ }).click();
  await page.waitForTimeout(2500);
} else if (await page.getByLabel(/^密码|^Password/).count()) {
  await page.getByLabel(/^账号|^Account/).fill("wang");
  await page.getByLabel(/^密码|^Password/).fill("correct horse 1");
  await page.getByRole("button", { name: /^登录|^Sign in/ }).click();
  await page.waitForTimeout(2500);
}
if (process.env.STATE) await context.storageState({ path: process.env.STATE });
for (const lang of langs.split(",")) {
  await page.evaluate((l) => localStorage.setItem("gatehouse.language", l), lang);
  for (const width of widths.split(",").map(Number)) {
    await page.setViewportSize({ width, height: width < 500 ? 844 : 900 });
    for (const path of pages) {
      await page.goto(`${base}#${path}`); await page.reload(); await page.waitForTimeout(1800);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 1) problems.push(`${path} ${width}: ${wide}px too wide`);
      await page.screenshot({ path: `/tmp/shots/${lang}-${width}-${path.replaceAll("/", "_")}.png` });
    }
  }
}
console.log([...new Set(problems)].join("\n"));
await browser.close();
