/// <reference lib="dom" />
/** What a technician does over a real gateway: a list of rooms with errors, a platform, a door's plate by the camera, looking at a line and at a device. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createOsdpReader, serveTcp, shareLine, type TcpFarEnd } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { strToU8, zipSync } from "fflate";
import type { Browser } from "playwright-core";
import qrcode from "qrcode";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { callApi, takeOver } from "../support/console-account.ts";
import { type Look, obstacles, openBrowser, openPage, signIn } from "../support/console-page.ts";
import { freePort } from "../support/free-port.ts";
import { openRig, type Rig, readingsTopic } from "../support/rig.ts";

const PASSWORD = "kein-geheimnis-42";
const DEVICE = "count-0001";
const READER_KEY = "00112233445566778899aabbccddeeff";
const PLATE = "MQ-7781";
const WIDE = { width: 1280, language: "en" } as const satisfies Look;
const NARROW = { width: 390, language: "zh" } as const satisfies Look;

let rig: Rig;
let browser: Browser;
let line: TcpFarEnd;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  line = await serveTcp();
  const reader = createOsdpReader(
    { id: "reader-1", address: 1, key: Buffer.from(READER_KEY, "hex") },
    new Random("console tasks"),
  );
  shareLine(line, [reader], { clock: systemClock });
  const room = { kind: "flat", risk: "red", limit: { persons: 2, basis: "test" } };
  const sections = {
    spaces: [
      { id: `flat-${DEVICE}`, ...room, address: { plate: PLATE } },
      { id: "unplaced", kind: "yard", name: "Waiting" },
    ],
    devices: [
      { id: DEVICE, kind: "counter", portal: `door-${DEVICE}`, watch: false },
      {
        id: "reader-1",
        kind: "reader",
        portal: `door-${DEVICE}`,
        driver: "bus-1",
        address: 1,
        key: { env: "READER_KEY" },
      },
      { id: "lock-1", kind: "lock", portal: `door-${DEVICE}`, watch: false },
      { id: "lock-9", kind: "lock", space: "unplaced", watch: false },
      { id: "reader-9", kind: "reader", space: "unplaced", watch: false },
    ],
    drivers: [{ id: "bus-1", type: "osdp", link: `tcp:127.0.0.1:${line.port}?baud=115200` }],
    console: { listen: `127.0.0.1:${port}` },
  };
  rig = await openRig({ devices: 1, uplinks: () => [], sections, env: { READER_KEY } });
  url = `https://127.0.0.1:${port}/`;
  browser = await openBrowser();
  await takeOver(browser, rig.gateway, url, "wang", PASSWORD);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await rig?.[Symbol.asyncDispose]();
  await line?.close();
});

async function opened(look: Look, path: string, by = browser) {
  const all = await openPage(by, url, look);
  await signIn(all.page, "wang", PASSWORD);
  await all.page.goto(`${url}#${path}`);
  return all;
}

function secretsOf(platform: string): readonly string[] {
  const dir = join(rig.dir, "secrets");
  return existsSync(dir) ? readdirSync(dir).filter((name) => name.startsWith(`${platform}.`)) : [];
}

it("a device says what it does, in words and as it came over MQTT, while somebody looks", async () => {
  const { page, context, trouble } = await opened(WIDE, `/devices/${DEVICE}`);
  await page.getByText("Live readings").waitFor();
  const device = await rig.device(DEVICE);
  const seen = page.locator(".gh-live li");
  await expect
    .poll(async () => {
      const reading = { kind: "door.opened", epoch: 1, seq: systemClock.nowMs() };
      await device.publishAsync(readingsTopic(DEVICE), JSON.stringify(reading), { qos: 1 });
      return (await seen.allInnerTexts()).join("\n");
    })
    .toContain(`gatehouse/1/${DEVICE}/readings`);
  expect((await seen.allInnerTexts()).join("\n")).toMatch(/The door was opened|opened/i);
  expect(await obstacles(page)).toEqual([]);
  device.end(true);
  expect(trouble).toEqual([]);
  await context.close();
});

it("a line is looked at live: its bytes, and what they mean", async () => {
  const { page, context, trouble } = await opened(NARROW, "/lines?line=bus-1");
  const lines = page.locator(".gh-live li");
  await expect.poll(() => lines.count(), { timeout: 15_000 }).toBeGreaterThan(3);
  await page.getByRole("button", { name: "暂停" }).click();
  const text = (await lines.allInnerTexts()).join("\n");
  expect(text).toMatch(/POLL/i);
  expect(text).toMatch(/53 0?1|53 81/);
  expect(await obstacles(page)).toEqual([]);
  expect(trouble).toEqual([]);
  await context.close();
});

it("a platform is added: wrong entries are explained, it is tried, and its backlog is there to see", async () => {
  const { page, context, trouble } = await opened(WIDE, "/set-up/uplink");
  await page.getByRole("button", { name: "Add a platform" }).click();
  const address = page.getByLabel("Address of the platform");
  const save = page.getByRole("button", { name: "Save and test" });
  const wrong = [
    ["", "Please fill this in"],
    ["not an address", "It should look like https://city.example/ingest"],
    ["http://city.example/ingest", "Across the network it must be encrypted"],
    ["https://me:secret@city.example/", "Write the password below, not into the address."],
  ] as const;
  for (const [text, says] of wrong) {
    await address.fill(text);
    await save.click();
    await page.getByText(says).first().waitFor();
  }
  await page.getByLabel("Name", { exact: true }).fill("<b>=1+1");
  await page.getByText("Letters, digits and . _ - only").waitFor();
  expect(await obstacles(page)).toEqual([]);
  await page.getByLabel("Name", { exact: true }).fill("city");
  await address.fill(rig.city.httpsUrl ?? "");
  let [saved, lost] = [false, 0];
  // An answer that was on its way when the box went never comes: it is asked for again.
  await page.route("**/api/1/config", async (route) => {
    if (route.request().method() === "PATCH") saved = true;
    if (!saved || lost > 0 || route.request().method() !== "GET") return route.continue();
    lost += 1;
  });
  await save.click();
  const tried = page.locator(".gh-rows li", { hasText: "city" });
  const unknown = "certificate is not from an authority this box knows: press Change and paste";
  await expect.poll(() => tried.textContent(), { timeout: 45_000 }).toContain(unknown);
  expect(lost).toBe(1);
  await page.unroute("**/api/1/config");
  const said = ((await tried.textContent()) ?? "").replaceAll(/\s+/g, " ");
  expect(said.split(unknown)).toHaveLength(2);
  expect(said).not.toMatch(/self.signed|Node|tls\.ca/);
  await tried.getByRole("button", { name: "Change" }).click();
  const form = page.getByRole("dialog");
  expect(await form.getByLabel("Address of the platform").inputValue()).toBe(rig.city.httpsUrl);
  await form.getByLabel(/own authority/).fill("city.pem");
  await form.getByRole("button", { name: "See what changes" }).click();
  await form.getByText("This is no PEM certificate").waitFor();
  await form.getByLabel(/own authority/).fill(readFileSync(join(rig.dir, "ca.pem"), "utf8"));
  expect(await obstacles(page)).toEqual([]);
  const named = page.locator(".gh-diff ins", { hasText: /secrets\/city\.\w+\.ca/ });
  await form.getByRole("button", { name: "See what changes" }).click();
  await named.waitFor();
  expect(secretsOf("city")).toEqual([]);
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await tried.getByRole("button", { name: "Change" }).click();
  await form.getByLabel(/own authority/).fill(readFileSync(join(rig.dir, "ca.pem"), "utf8"));
  await form.getByRole("button", { name: "See what changes" }).click();
  await named.waitFor();
  await page.getByRole("button", { name: "Use it" }).click();
  await expect.poll(() => tried.textContent(), { timeout: 30_000 }).toMatch(/passed/);
  await expect.poll(() => tried.textContent(), { timeout: 30_000 }).not.toMatch(/failed/i);
  expect(secretsOf("city")).toHaveLength(1);
  await page.goto(`${url}#/uplinks`);
  const section = page.getByRole("region", { name: "city" });
  await expect.poll(() => section.locator("tbody tr").count()).toBe(4);
  await expect.poll(() => section.textContent(), { timeout: 15_000 }).toContain("connected");
  await section.getByRole("button", { name: "Remove" }).click();
  await page
    .getByRole("dialog")
    .getByText(/Nothing waits for it|have not reached it/)
    .waitFor();
  await page.getByRole("button", { name: "See what changes" }).click();
  await page.locator(".gh-diff del", { hasText: "city" }).first().waitFor();
  await page.getByRole("button", { name: "Use it" }).click();
  await expect.poll(() => page.getByText("No platform is set up").count(), { timeout: 20_000 }).toBe(1);
  expect(trouble).toEqual([]);
  await context.close();
}, 90_000);

it("what waits for a removed platform goes to another of its name only when somebody says that it is the same", async () => {
  const { page, context, trouble } = await opened(WIDE, "/set-up/uplink");
  const save = page.getByRole("button", { name: "Save and test" });
  const add = async (address: string) => {
    await page.getByRole("button", { name: "Add a platform" }).click();
    await page.getByLabel("Name", { exact: true }).fill("harbour");
    await page.getByLabel("Address of the platform").fill(address);
    await save.click();
  };
  const row = page.locator(".gh-rows li", { hasText: "harbour" });
  await add(`https://127.0.0.1:${await freePort()}/ingest`);
  await row.waitFor({ timeout: 30_000 });
  await expect
    .poll(async () => JSON.stringify((await callApi(page, "GET", "uplinks")).body), { timeout: 30_000 })
    .toMatch(/"waiting":[1-9]/);
  await row.getByRole("button", { name: "Remove" }).click();
  await page.getByText("have not reached it").waitFor();
  await page.getByRole("button", { name: "See what changes" }).click();
  await page.getByRole("button", { name: "Use it" }).click();
  await row.waitFor({ state: "detached", timeout: 30_000 });
  await add("https://127.0.0.1:9/other");
  const asked = page.getByRole("dialog", { name: "This box still has items for a platform named harbour" });
  await asked.getByText("not delivered and will be sent to this one").waitFor();
  expect(await obstacles(page)).toEqual([]);
  await asked.getByRole("button", { name: "Choose another name" }).click();
  await asked.waitFor({ state: "detached" });
  expect(readFileSync(rig.siteFile, "utf8")).not.toContain("harbour");
  expect(await page.getByLabel("Address of the platform").inputValue()).toBe("https://127.0.0.1:9/other");
  await save.click();
  await asked.getByRole("button", { name: "It is the same platform" }).click();
  const site = () => readFileSync(rig.siteFile, "utf8");
  await expect.poll(site, { timeout: 30_000 }).toContain("https://127.0.0.1:9/other");
  // Nothing of it is left for the tests after this one.
  await row.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("button", { name: "See what changes" }).click();
  await page.getByRole("button", { name: "Use it" }).click();
  await row.waitFor({ state: "detached", timeout: 30_000 });
  expect(trouble).toEqual([]);
  await context.close();
}, 120_000);

const cells = (...rows: (readonly string[])[]): string => rows.map((row) => row.join(",")).join("\r\n");
const TITLES = ["房间编号", "名称", "类型", "登记人数"] as const;

/** 房间编号,名称 / 8-101,三 in GB 18030, as office programs write it. */
const GB_18030 = Buffer.concat([
  Buffer.from([0xb7, 0xbf, 0xbc, 0xe4, 0xb1, 0xe0, 0xba, 0xc5, 0x2c, 0xc3, 0xfb, 0xb3, 0xc6, 0x0d, 0x0a]),
  Buffer.from("8-101,"),
  Buffer.from([0xc8, 0xfd, 0x0d, 0x0a]),
]);

/** A workbook with texts in its cells, as small as it can be. */
function workbook(...rows: (readonly string[])[]): Buffer {
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const packages = "http://schemas.openxmlformats.org/package/2006";
  const cell = (text: string) => `<c t="inlineStr"><is><t>${text.replaceAll("<", "&lt;")}</t></is></c>`;
  const sheet = rows.map((row) => `<row>${row.map(cell).join("")}</row>`).join("");
  const files = {
    "[Content_Types].xml": `<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
    "_rels/.rels": `<Relationships xmlns="${packages}/relationships"><Relationship Id="r1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships xmlns="${packages}/relationships"><Relationship Id="r1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    "xl/worksheets/sheet1.xml": `<worksheet xmlns="${main}"><sheetData>${sheet}</sheetData></worksheet>`,
  };
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, xml]) => [name, strToU8(xml)]))));
}

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const wrongRows = (house: string) =>
  [
    [...TITLES],
    [`${house}-101`, "=HYPERLINK(1)<b>", "套房", "2"],
    [`${house}-102`, "", "城堡", "2"],
    ["三零三", "", "房间", "-1"],
  ] as const;

it.each([
  { name: "rooms.csv", mimeType: "text/csv", house: "6", file: Buffer.from(cells(...wrongRows("6"))) },
  { name: "rooms.xlsx", mimeType: XLSX, house: "7", file: workbook(...wrongRows("7")) },
])(
  "$name with wrong rows: each says what is wrong, is corrected on the screen, and taken",
  async ({ name, mimeType, house, file }) => {
    const { page, context, trouble } = await opened(WIDE, "/set-up/rooms");
    await page.getByText("Add more rooms").click();
    await page.getByText("From a list").click();
    await page.locator("input[type=file]").setInputFiles({ name, mimeType, buffer: file });
    await page.getByText("2 rows have something wrong").waitFor();
    const row = (n: number) => page.locator(".gh-stack tbody tr.ant-table-row").nth(n);
    expect(await row(1).locator(".gh-problem").textContent()).toContain("城堡");
    expect(await row(2).locator(".gh-problem").count()).toBeGreaterThan(1);
    expect(await obstacles(page)).toEqual([]);
    const correct = async (n: number, column: string, text: string) => {
      const cell = row(n).getByLabel(new RegExp(`${column}$`));
      await cell.fill(text);
      await cell.press("Enter");
    };
    await row(1).getByLabel(/Kind$/).click();
    await page
      .locator(".ant-select-dropdown:visible .ant-select-item-option")
      .getByText("Flat", { exact: true })
      .click();
    await page.getByText("1 row has something wrong").waitFor();
    await correct(2, "Number", `${house}-103`);
    await page.locator(".gh-stack tbody tr.ant-table-row").nth(2).locator(".gh-problem").first().waitFor();
    await expect.poll(() => row(2).locator(".gh-problem").count()).toBe(1);
    await correct(2, "Registered", "1");
    await page.getByText("3 rows are good").waitFor();
    await page.getByRole("button", { name: "Take 3 rooms" }).click();
    await page.waitForURL(/set-up\/lines$/, { timeout: 30_000 });
    const site = readFileSync(rig.siteFile, "utf8");
    for (const id of ["101", "102", "103"]) expect(site).toContain(`${house}-${id}`);
    expect(site).toContain("=HYPERLINK(1)<b>");
    expect(trouble).toEqual([]);
    await context.close();
  },
  90_000,
);

it("a list of an office program in GB 18030 is read, and one that is no list is refused in a sentence", async () => {
  const { page, context, trouble } = await opened(WIDE, "/set-up/rooms");
  await page.getByText("Add more rooms").click();
  await page.getByText("From a list").click();
  const give = (name: string, buffer: Buffer) =>
    page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer });
  await give("rooms.xlsx", Buffer.from("no workbook"));
  await page.locator("main .failure, main .ant-alert-error").first().waitFor();
  await give("rooms.csv", GB_18030);
  await page.getByText("1 row is good").waitFor();
  expect(await page.getByLabel(/Name$/).first().inputValue()).toBe("三");
  expect(trouble).toEqual([]);
  await context.close();
});

/** A film of a door plate, as the browser takes it for its camera. */
async function filmOf(text: string, dir: string): Promise<string> {
  const { modules } = qrcode.create(text, { errorCorrectionLevel: "M" });
  const [width, height, scale] = [640, 480, 10];
  const luma = Buffer.alloc(width * height, 0xeb);
  const edge = modules.size * scale;
  const [left, top] = [Math.floor((width - edge) / 2), Math.floor((height - edge) / 2)];
  for (let y = 0; y < edge; y++)
    for (let x = 0; x < edge; x++)
      if (modules.get(Math.floor(y / scale), Math.floor(x / scale)) === 1) luma[(top + y) * width + left + x] = 0x10;
  const frame = Buffer.concat([Buffer.from("FRAME\n"), luma, Buffer.alloc((width * height) / 2, 0x80)]);
  const file = join(dir, "plate.y4m");
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(file, Buffer.concat([head, ...Array.from({ length: 10 }, () => frame)]));
  return file;
}

it("a reader at the gate gets a place there, also where the site has no gate yet", async () => {
  const { page, context, trouble } = await opened(NARROW, "/set-up/devices");
  const waiting = page.locator(".gh-waiting", { hasText: "reader-9" });
  await waiting.getByRole("combobox").fill("大门");
  await page.locator(".ant-select-dropdown:visible").getByText("新建大门…").click();
  const form = page.getByRole("dialog");
  await form.getByLabel("大门名称").fill("东大门");
  expect(await obstacles(page)).toEqual([]);
  await form.getByRole("button", { name: "确定" }).click();
  await expect.poll(() => waiting.textContent()).toContain("东大门");
  await page.getByRole("button", { name: "保存 1 个位置" }).click();
  await waiting.waitFor({ state: "detached", timeout: 30_000 });
  const { portals, devices, spaces } = parse(readFileSync(rig.siteFile, "utf8"));
  expect(portals).toContainEqual({ id: "gate", kind: "gate", name: "东大门", from: "outside", to: "yard" });
  expect(spaces).toContainEqual({ id: "yard", kind: "yard", name: "院落" });
  expect(devices.find(({ id }: { id: string }) => id === "reader-9")).toMatchObject({ portal: "gate" });
  expect(trouble).toEqual([]);
  await context.close();
}, 90_000);

it("the door of a device is found by the plate that the camera sees", async () => {
  const film = await filmOf(`https://plates.example/q/${PLATE}`, rig.dir);
  const withCamera = await openBrowser([
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-video-capture=${film}`,
  ]);
  try {
    const { page, trouble } = await opened(NARROW, "/set-up/devices", withCamera);
    await page.getByRole("button", { name: "接收 MQTT 设备 15 分钟" }).click();
    await page.getByText(/正在接收新的 MQTT 设备/).waitFor();
    await page.getByRole("button", { name: "扫门牌" }).first().click();
    const save = page.getByRole("button", { name: "保存 1 个位置" });
    await save.click({ timeout: 30_000 });
    const question = page.getByRole("dialog").getByText(`door-${DEVICE}：已有 lock-1，还要放 lock-9`);
    await question.waitFor();
    await page.getByRole("button", { name: "返回修改" }).click();
    await question.waitFor({ state: "detached" });
    expect(readFileSync(rig.siteFile, "utf8")).toMatch(/unplaced/);
    await save.click();
    await page.getByRole("button", { name: "两台都放" }).click();
    await page.locator(".gh-waiting").waitFor({ state: "detached", timeout: 30_000 });
    await page.getByText(/正在接收新的 MQTT 设备/).waitFor({ timeout: 15_000 });
    expect((await callApi(page, "GET", "pairing")).body).toMatchObject({ open: true });
    const site = readFileSync(rig.siteFile, "utf8");
    expect(site).not.toMatch(/"?space"?: ?"?unplaced/);
    expect(trouble).toEqual([]);
  } finally {
    await withCamera.close();
  }
}, 90_000);
