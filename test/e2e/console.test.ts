import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { TEST_CLIENT_KEY, TEST_SERVER_CERT } from "gatehouse/testing";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { freePort } from "../support/free-port.ts";
import { gatehouse } from "../support/gatehouse.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { eventually } from "../support/rig.ts";
import { tempDir } from "../support/temp-dir.ts";

const PASSWORD = "correct horse battery";

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
  readonly cookies: string;
}

interface Ask {
  readonly method?: string;
  readonly ca?: string;
  readonly cookie?: string;
  readonly csrf?: string;
  /** Bytes go as they are, all else as JSON. */
  readonly body?: object | Buffer;
}

const BYTES = "application/octet-stream";

/** Trusts `ca` alone; without it whatever comes. */
function ask(port: number, path: string, { method = "GET", ca, cookie, csrf, body }: Ask = {}): Promise<Answer> {
  const headers = {
    ...(body === undefined ? {} : { "content-type": body instanceof Buffer ? BYTES : "application/json" }),
    ...(cookie === undefined ? {} : { cookie }),
    ...(csrf === undefined ? {} : { "x-gatehouse-csrf": csrf }),
  };
  const trust = ca === undefined ? { rejectUnauthorized: false } : { ca };
  return new Promise((resolve, reject) => {
    const asked = request({ host: "localhost", port, path, method, headers, agent: false, ...trust }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += String(chunk);
      });
      response.on("end", () => {
        const cookies = (response.headers["set-cookie"] ?? []).map((each) => each.split(";")[0]).join("; ");
        const isJson = String(response.headers["content-type"]).startsWith("application/json");
        resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : {}, text, cookies });
      });
    });
    asked.on("error", reject);
    asked.end(body === undefined || body instanceof Buffer ? body : JSON.stringify(body));
  });
}

const site = (console: object | string, more: object = {}) =>
  stringify({
    site: { id: "s1", name: "示例小区", kind: "rental-compound", address: { code: "1", grid: "unowned" } },
    spaces: [{ id: "3-301", kind: "flat", limit: { persons: 4, basis: "test" } }],
    console,
    broker: { listen: "127.0.0.1:0" },
    ...more,
  });

it("a new box is claimed with the code it prints, trusted by its authority, and its accounts are kept by the command line", async () => {
  using folder = tempDir();
  const port = await freePort();
  const siteFile = join(folder.path, "site.yaml");
  const stateDir = join(folder.path, "state");
  writeFileSync(siteFile, site({ listen: `127.0.0.1:${port}` }));
  const start = () => startGateway({ siteFile, stateDir });
  let gateway: GatewayProcess = await start();
  const state = ["--state", stateDir];
  try {
    const ca = (await ask(port, "/gatehouse-ca.crt")).text;
    expect((await ask(port, "/api/1/hello", { ca })).body).toMatchObject({ claimed: false, claimOpen: true });
    const said = gateway.log.find(({ msg }) => String(msg).includes("waits to be claimed"));
    const file = join(stateDir, "console/claim.txt");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toContain(`${said?.["code"]}`);
    const body = { code: said?.["code"], name: "wang", password: PASSWORD };
    const claimed = await ask(port, "/api/1/claim", { method: "POST", ca, body });
    expect(claimed.body).toMatchObject({ name: "wang", roles: ["technician", "manager"] });
    const own = { ca, cookie: claimed.cookies, csrf: String(claimed.body["csrf"]) };

    const added = await gatehouse("user", "add", "li", "--role", "auditor", "--json", ...state);
    const { password } = JSON.parse(added.out) as { password: string };
    const signIn = { method: "POST", ca, body: { name: "li", password } };
    expect((await ask(port, "/api/1/session", signIn)).body).toMatchObject({ mustChangePassword: true });
    expect(await gatehouse("user", "disable", "li", ...state)).toMatchObject({ code: 0, out: "li is disabled\n" });
    expect((await ask(port, "/api/1/session", signIn)).status).toBe(401);
    expect(await gatehouse("user", "delete", "wang", ...state)).toMatchObject({
      code: 1,
      err: expect.stringContaining("last technician"),
    });
    expect((await gatehouse("user", ...state)).out).toMatch(/^wang +technician, manager .*\nli +auditor +disabled/m);
    expect((await gatehouse("user", "claim", ...state)).out).toMatch(/claim code .*[A-Z2-9]{5}-[A-Z2-9]{5}/);

    await gateway.end();
    gateway = await start();
    expect((await ask(port, "/gatehouse-ca.crt")).text).toBe(ca);
    expect((await ask(port, "/api/1/session", own)).body).toMatchObject({ name: "wang" });
    expect((await ask(port, "/api/1/session", { ...own, method: "DELETE" })).body).toEqual({ done: true });
    expect((await ask(port, "/api/1/session", own)).status).toBe(401);
    const secrets = ["accounts.json", "sessions.json", "claim.txt"].map((name) =>
      readFileSync(join(stateDir, "console", name), "utf8"),
    );
    for (const secret of [PASSWORD, String(said?.["code"]), own.cookie.split(/[=;]/)[1] ?? "?"])
      expect(secrets.join("")).not.toContain(secret);
  } finally {
    await gateway.end();
  }
});

it("without a console nothing listens, and `gatehouse user` says what to write", async () => {
  using folder = tempDir();
  const siteFile = join(folder.path, "site.yaml");
  const stateDir = join(folder.path, "state");
  writeFileSync(siteFile, site("off"));
  const gateway = await startGateway({ siteFile, stateDir });
  try {
    expect(gateway.ready).not.toHaveProperty("console");
    expect(await gatehouse("user", "--state", stateDir)).toMatchObject({
      code: 1,
      err: expect.stringContaining("write `console: {}` into its site file"),
    });
  } finally {
    await gateway.end();
  }
});

it.each([
  [{ listen: "nonsense" }, "console.listen", "must be HOST:PORT"],
  [{ listen: "0.0.0.0:8080", plain: true }, "console.plain", "loopback alone"],
  [{ hosts: ["https://box"], idle: 3 }, "console.hosts[0]", "must be a host name"],
  ["on", "console", "must be"],
])("a console section that is wrong is refused with what to write: %j", async (section, path, reason) => {
  using folder = tempDir();
  const siteFile = join(folder.path, "site.yaml");
  writeFileSync(siteFile, site(section));
  const { code, err, out } = await gatehouse("check", "--no-secrets", siteFile);
  expect(code).toBe(78);
  expect(err + out).toContain(path);
  expect(err + out).toContain(reason);
});

it("a certificate that does not fit its key ends the start with what to give", async () => {
  using folder = tempDir();
  const siteFile = join(folder.path, "site.yaml");
  writeFileSync(join(folder.path, "c.pem"), TEST_SERVER_CERT);
  writeFileSync(join(folder.path, "k.pem"), TEST_CLIENT_KEY, { mode: 0o600 });
  const tls = { cert: { file: "c.pem" }, key: { file: "k.pem" } };
  writeFileSync(siteFile, site({ listen: "127.0.0.1:0", tls }));
  const started = startGateway({ siteFile, stateDir: join(folder.path, "state") });
  await expect(started).rejects.toThrow(/ended with 78[\s\S]*console\.tls[\s\S]*the private key that belongs to it/);
});

it("an address in use keeps the console shut and nothing else, and it opens once the address is free", async () => {
  using folder = tempDir();
  const siteFile = join(folder.path, "site.yaml");
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  writeFileSync(siteFile, site({ listen: `127.0.0.1:${port}` }));
  const gateway = await startGateway({ siteFile, stateDir: join(folder.path, "state"), consoleOpens: false });
  const codes = async () => (await gateway.health()).codes.map(({ code }) => code);
  try {
    await eventually(codes, (seen) => seen.includes("console-down"));
    expect(await codes()).not.toContain("driver-bug");
    taken.close();
    await eventually(codes, (seen) => !seen.includes("console-down"));
    expect((await ask(port, "/api/1/hello")).body).toMatchObject({ claimed: false });
  } finally {
    taken.close();
    await gateway.end();
  }
});

it("a restore that the gateway does not start with is undone: people find the box as it was, and why", async () => {
  using folder = tempDir();
  const [old, box] = ["old", "box"].map((name) => join(folder.path, name)) as [string, string];
  for (const dir of [old, box]) mkdirSync(dir);
  const listen = `127.0.0.1:${await freePort()}`;
  const port = Number(listen.split(":")[1]);
  writeFileSync(join(old, "token"), "a-token-of-the-old-box\n", { mode: 0o600 });
  const accounts = [{ user: "tool", password: { file: "token" }, role: "tool" }];
  writeFileSync(join(old, "site.yaml"), site({ listen }, { accounts }));
  const first = await startGateway({ siteFile: join(old, "site.yaml"), stateDir: join(old, "state") });
  await first.end();
  const file = join(folder.path, "b.ghbackup");
  const from = ["--site", join(old, "site.yaml"), "--state", join(old, "state")];
  expect(await gatehouse("backup", file, ...from)).toMatchObject({ code: 0 });

  writeFileSync(join(box, "site.yaml"), site({ listen }));
  const gateway = await startGateway({ siteFile: join(box, "site.yaml"), stateDir: join(box, "state") });
  try {
    const code = gateway.log.find(({ msg }) => String(msg).includes("waits to be claimed"))?.["code"];
    const claimed = await ask(port, "/api/1/claim", {
      method: "POST",
      body: { code, name: "wang", password: PASSWORD },
    });
    const own = { cookie: claimed.cookies, csrf: String(claimed.body["csrf"]) };
    const job = await ask(port, "/api/1/restores", { ...own, method: "POST", body: readFileSync(file) });
    expect(job.status, job.text).toBe(200);
    const opened = async () => gateway.log.filter(({ msg }) => msg === "the console is open").length;
    await eventually(opened, (count) => count === 2);
    expect((await ask(port, "/api/1/session", own)).body).toMatchObject({ name: "wang" });
    expect(await gateway.health()).toMatchObject({
      codes: expect.arrayContaining([
        expect.objectContaining({
          code: "config-refused",
          subject: "restore",
          detail: expect.stringContaining("token"),
        }),
      ]),
    });
    const audit = await gatehouse("audit", "list", "--json", "--state", join(box, "state"));
    expect(audit.out).toContain("undone: the gateway did not start with the backup");
  } finally {
    await gateway.end();
  }
});
