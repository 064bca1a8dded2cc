import { writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { freePort } from "../support/free-port.ts";
import { gatehouseIn } from "../support/gatehouse.ts";
import { startGateway } from "../support/gateway-process.ts";
import { eventually } from "../support/rig.ts";
import { tempDir } from "../support/temp-dir.ts";

const HAN = /\p{Script=Han}/u;

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly cookies: string;
}

interface Ask {
  readonly method?: string;
  readonly language?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

function ask(
  port: number,
  path: string,
  { method = "GET", language = "zh", headers = {}, body }: Ask = {},
): Promise<Answer> {
  const type = typeof body === "string" ? "text/csv" : "application/json";
  const all = { "accept-language": language, ...headers, ...(body === undefined ? {} : { "content-type": type }) };
  return new Promise((resolve, reject) => {
    const options = {
      host: "localhost",
      port,
      path: `/api/1${path}`,
      method,
      headers: all,
      agent: false,
      rejectUnauthorized: false,
    };
    const asked = request(options, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += String(chunk);
      });
      response.on("end", () => {
        const cookies = (response.headers["set-cookie"] ?? []).map((each) => each.split(";")[0]).join("; ");
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text), cookies });
      });
    });
    asked.on("error", reject);
    asked.end(typeof body === "object" ? JSON.stringify(body) : body);
  });
}

interface Found {
  readonly path: string;
  readonly reason: string;
  readonly fix?: string;
}

const problemsIn = (answer: Answer | undefined): Found[] => (answer?.body["problems"] ?? []) as Found[];

const WRONG_SITE = stringify({
  site: { id: "s 1", kind: "rental", address: { code: 1 } },
  spaces: [
    { id: "3-301", kind: "flat", limit: { persons: 0, basis: "test" } },
    { id: "3-301", kind: "flatt", parent: "9" },
  ],
  portals: [{ id: "door-1", kind: "door", from: "nowhere", to: "3-301" }],
  drivers: [
    { id: "bus", type: "modbuss", link: "tcp:1.2.3.4" },
    { id: "bus2", type: "modbus", link: "serial:ttyUSB0?baud=9" },
    { id: "z", type: "zigbee2mqtt", url: "http://x" },
  ],
  devices: [
    { id: "lock-1", kind: "lock", driver: "none", portal: "door-9" },
    { id: "meter-1", kind: "energy-meter", driver: "bus2", unit: 900, map: "unknown", password: "plain" },
  ],
  uplinks: [
    { id: "town", type: "https", url: "http://town.example/", sign: { algorithm: "none" } },
    { id: "chat", type: "wecom", quiet: { from: "25:00", to: "25:00" } },
  ],
  policies: [{ use: "nowhere" }],
  console: { listen: "nonsense" },
  extra: true,
});

/** Rows of it are wrong each in another way. */
const WRONG_ROOMS =
  "id,name,kind,areas,registered,risk\n301,A1,castle,ten,many,green\n301,B2,room,10,1,red\n,C3,room,10,1,red\n";

it("a Chinese reader gets every sentence in Chinese, an English one in English: site file, rooms, lines, uplinks, requests", async () => {
  using folder = tempDir();
  const [port, closed] = [await freePort(), await freePort()];
  const siteFile = join(folder.path, "site.yaml");
  const site = {
    site: { id: "s1", name: "示例小区", kind: "rental-compound", address: { code: "1", grid: "unowned" } },
    spaces: [{ id: "3-301", kind: "flat", limit: { persons: 4, basis: "test" } }],
    console: { listen: `127.0.0.1:${port}` },
    broker: { listen: "127.0.0.1:0" },
    drivers: [
      { id: "bus", type: "modbus", link: `tcp:127.0.0.1:${closed}` },
      { id: "serial", type: "osdp", link: "serial:/dev/serial/by-id/none" },
    ],
    devices: [{ id: "reader-1", kind: "reader", driver: "serial", space: "3-301", address: 1, secure: "off" }],
    uplinks: [{ id: "town", type: "https", url: `http://127.0.0.1:${closed}/` }],
  };
  writeFileSync(siteFile, stringify(site));
  const gateway = await startGateway({ siteFile, stateDir: join(folder.path, "state") });
  try {
    const said = gateway.log.find(({ msg }) => String(msg).includes("waits to be claimed"));
    const body = { code: said?.["code"], name: "wang", password: "correct horse battery" };
    const claimed = await ask(port, "/claim", { method: "POST", body });
    const headers = { cookie: claimed.cookies, "x-gatehouse-csrf": String(claimed.body["csrf"]) };
    const inBoth = async (path: string, more: Ask = {}) => {
      const zh = await ask(port, path, { headers, ...more, language: "zh" });
      return [zh, await ask(port, path, { headers, ...more, language: "en" })];
    };

    const checked = await inBoth("/config/check", { method: "POST", body: { text: WRONG_SITE } });
    const [zh = [], en = []] = checked.map(problemsIn);
    expect(zh.length).toBeGreaterThan(12);
    expect(zh.map(({ path }) => path)).toEqual(en.map(({ path }) => path));
    for (const [i, { path, reason, fix }] of zh.entries()) {
      expect(`${path}: ${reason}`).toMatch(HAN);
      expect(`${path}: ${fix ?? "无"}`).toMatch(HAN);
      expect(`${en[i]?.reason} ${en[i]?.fix}`).not.toMatch(HAN);
    }

    const broken = await inBoth("/config/check", { method: "POST", body: { text: "site:\n\t- [" } });
    expect(problemsIn(broken[0])[0]?.fix).toBe("请用空格缩进，不要用制表符");

    const unreadable = await inBoth("/rooms/read", { method: "POST", body: 'id,name\n1,"open\n' });
    expect(problemsIn(unreadable[0])[0]?.reason).toMatch(/^无法读取列表：.*引号没有闭合/);
    expect(problemsIn(unreadable[1])[0]?.reason).toMatch(/^the list cannot be read: /);
    const rooms = await ask(port, "/rooms/read", { headers, method: "POST", body: WRONG_ROOMS });
    const rows = rooms.body["rows"] as { problems: { reason: { zh: string; en: string } }[] }[];
    expect(rows.flatMap(({ problems }) => problems).length).toBeGreaterThan(4);
    for (const { reason } of rows.flatMap(({ problems }) => problems)) {
      expect(reason.zh).toMatch(HAN);
      expect(reason.en).not.toMatch(HAN);
    }

    const codesIn = async (language: string) => {
      const { body: health } = await ask(port, "/health", { headers, language });
      return (health["codes"] as { code: string; subject: string; detail: string }[]).filter(
        ({ code }) => code === "driver-down",
      );
    };
    const down = await eventually(
      () => codesIn("zh"),
      (codes) => codes.length === 2,
    );
    const details = new Map(down.map(({ subject, detail }) => [subject, detail]));
    expect(details.get("bus")).toMatch(/该地址没有程序监听：请检查端口/);
    expect(details.get("serial")).toMatch(/没有这个串口/);
    for (const { detail } of await codesIn("en")) expect(detail).not.toMatch(HAN);

    const [job] = await inBoth("/uplinks/town/test", { method: "POST" });
    interface Tested {
      readonly job: { readonly state: string };
      readonly result: { readonly steps: readonly { readonly state: string; readonly says: Text }[] };
    }
    interface Text {
      readonly zh: string;
      readonly en: string;
    }
    const { result } = await eventually(
      async () => (await ask(port, `/jobs/${job?.body["id"]}`, { headers })).body as unknown as Tested,
      (tested) => tested.job.state === "failed",
    );
    const ended = result.steps.find(({ state }) => state === "failed")?.says;
    expect(ended?.zh).toMatch(/该地址和端口没有程序应答/);
    expect(ended?.en).toMatch(/Nothing answers at this address and port/);

    const [refused, inEnglish] = await inBoth("/config/check", { method: "POST", body: { txt: 5 } });
    expect(refused?.body).toMatchObject({ code: "invalid", message: "请求中有不正确的内容。" });
    expect(refused?.body["problems"]).toEqual([
      { path: "body.text", reason: "缺少此项", fix: "请补上：文字" },
      { path: "body.txt", reason: "未知的键“txt”", fix: "是否应为“text”？" },
    ]);
    expect(inEnglish?.body["problems"]).toEqual([
      { path: "body.text", reason: "is missing", fix: "add it: text" },
      { path: "body.txt", reason: 'unknown key "txt"', fix: 'did you mean "text"?' },
    ]);
  } finally {
    await gateway.end();
  }
});

it("the command line speaks the terminal's language, and for programs always the same", async () => {
  using folder = tempDir();
  const siteFile = join(folder.path, "site.yaml");
  writeFileSync(siteFile, WRONG_SITE);
  const check = (env: Readonly<Record<string, string>>, ...more: string[]) =>
    gatehouseIn(env, "check", "--no-secrets", ...more, siteFile);
  const zh = await check({ LC_ALL: "", LANG: "zh_CN.UTF-8" });
  expect(zh.code).toBe(78);
  expect(zh.err).toMatch(/site\.yaml: \d+个问题/);
  const said = zh.err.split("\n").filter((line) => line.startsWith("      "));
  expect(said.length).toBeGreaterThan(20);
  for (const line of said) expect(line).toMatch(HAN);
  const en = await check({ LC_ALL: "", LANG: "en_GB.UTF-8" });
  expect(en.err).toMatch(/site\.yaml: \d+ problems/);
  expect(en.err).not.toMatch(HAN);
  const forPrograms = await check({ LC_ALL: "", LANG: "zh_CN.UTF-8" }, "--json");
  expect(forPrograms.out).not.toMatch(HAN);
  const away = await gatehouseIn({ LC_ALL: "zh_CN.UTF-8" }, "alerts", "--state", folder.path);
  expect(away.err).toMatch(/没有网关在运行/);
});
