import { FakeClock } from "@gatehouse/protocol/testing";
import { describe, expect, test } from "vitest";
import { openConsoleRig, RIG_HOST, RIG_PASSWORD } from "../testing/console-rig.ts";
import { memoryVault } from "../testing/driver-deps.ts";
import { deviceCookieName } from "./accounts/entrance.ts";
import { codeAt } from "./accounts/totp.ts";

const HOST = { host: RIG_HOST };
const post = (url: string, payload: object, headers: object = {}) =>
  ({ method: "POST", url, headers: { ...HOST, ...headers }, payload }) as const;
const signIn = (name: string, password = RIG_PASSWORD, more: object = {}) =>
  post("/api/1/session", { name, password, ...more });
const cookieOf = (answer: { headers: Record<string, unknown> }, name = "__Host-gatehouse") =>
  [answer.headers["set-cookie"]]
    .flat()
    .map(String)
    .find((cookie) => cookie.startsWith(`${name}=`));

describe("the claim of a new box", () => {
  test("the code makes one account, a technician and manager, and works once", async () => {
    const { app, claim, accounts } = await openConsoleRig({ people: false });
    const { code } = await claim.open();
    const hello = await app.inject({ url: "/api/1/hello", headers: HOST });
    expect(hello.json()).toMatchObject({ claimed: false, claimOpen: true, site: null });
    const body = {
      code: code.toLowerCase().replace("-", " "),
      name: "王 伟".replace(" ", ""),
      password: "长密码足够好用的一个",
    };
    const claimed = await app.inject(post("/api/1/claim", body));
    expect(claimed.json()).toMatchObject({ name: "王伟", roles: ["technician", "manager"], mustChangePassword: false });
    expect(cookieOf(claimed)).toMatch(/^__Host-gatehouse=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
    const again = await app.inject(post("/api/1/claim", { ...body, name: "li" }));
    expect([again.statusCode, again.json().code]).toEqual([403, "claim-closed"]);
    expect(accounts.all).toHaveLength(1);
  });

  test("two at once: one gets the box", async () => {
    const { app, claim, accounts } = await openConsoleRig({ people: false });
    const { code } = await claim.open();
    const body = { code, password: RIG_PASSWORD };
    const both = await Promise.all(["a1", "b1"].map((name) => app.inject(post("/api/1/claim", { ...body, name }))));
    expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 403]);
    expect(accounts.all).toHaveLength(1);
  });

  test("the window closes after an hour, and wrong codes make their sender wait", async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const { app, claim } = await openConsoleRig({ people: false, clock });
    const { code } = await claim.open();
    const wrong = post("/api/1/claim", { code: "AAAAA-AAAAA", name: "wang", password: RIG_PASSWORD });
    for (let i = 0; i < 5; i++) expect((await app.inject(wrong)).json().code).toBe("wrong-claim");
    const paused = await app.inject(wrong);
    expect([paused.json().code, Number(paused.headers["retry-after"])]).toEqual(["locked-out", 30]);
    await clock.advance(60 * 60_000);
    expect(claim.isOpen).toBe(false);
    expect((await app.inject({ ...wrong, payload: { ...wrong.payload, code } })).json().code).toBe("claim-closed");
  });

  test("a password everybody tries first is refused, and the code still counts", async () => {
    const { app, claim } = await openConsoleRig({ people: false });
    const { code } = await claim.open();
    for (const password of ["password123", "1234567890", "gatehouse1!", "aaaaaaaaaa", "wangwangwang"]) {
      const answer = await app.inject(post("/api/1/claim", { code, name: "wang", password }));
      expect([password, answer.json().code]).toEqual([password, "weak-password"]);
    }
    expect(claim.isOpen).toBe(true);
  });
});

test("browsers that fetch the whole page do not use up what their address may ask", async () => {
  const { app } = await openConsoleRig({});
  const asked = { ...HOST, "sec-fetch-site": "none" };
  for (let file = 0; file < 500; file++) await app.inject({ url: `/assets/page-${file}.js`, headers: asked });
  expect((await app.inject(signIn("manager"))).statusCode).toBe(200);
  for (let ask = 0; ask < 300; ask++) await app.inject({ url: "/api/1/session", headers: asked });
  expect((await app.inject(signIn("manager"))).statusCode).toBe(429);
});

describe("sessions", () => {
  test("a session is a cookie, ends by idleness, by age, and at sign-out", async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const { app } = await openConsoleRig({ clock });
    const begin = async () => cookieOf(await app.inject(signIn("manager")))?.split(";")[0] ?? "";
    const who = async (cookie: string) =>
      (await app.inject({ url: "/api/1/session", headers: { ...HOST, cookie } })).statusCode;
    const idle = await begin();
    await clock.advance(29 * 60_000);
    expect(await who(idle)).toBe(200);
    await clock.advance(30 * 60_000);
    expect(await who(idle)).toBe(401);
    const old = await begin();
    for (let i = 0; i < 28; i++) {
      await clock.advance(25 * 60_000);
      expect(await who(old)).toBe(200);
    }
    await clock.advance(25 * 60_000);
    expect(await who(old)).toBe(401);
  });

  test("what an open page asks by itself does not keep a session alive", async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const { app, signed } = await openConsoleRig({ clock });
    const { cookie } = signed("manager");
    const ask = async (headers: Record<string, string>) =>
      (await app.inject({ url: "/api/1/session", headers: { ...HOST, cookie, ...headers } })).statusCode;
    for (let minute = 0; minute < 29; minute++) {
      expect(await ask({ "x-gatehouse-unattended": "1" })).toBe(200);
      await clock.advance(60_000);
    }
    expect(await ask({})).toBe(200);
    await clock.advance(29 * 60_000);
    expect(await ask({ "x-gatehouse-unattended": "1" })).toBe(200);
    await clock.advance(2 * 60_000);
    expect(await ask({ "x-gatehouse-unattended": "1" })).toBe(401);
  });

  test("a step of the wall clock neither ends nor prolongs a session", async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const { app, signed } = await openConsoleRig({ clock });
    const { cookie } = signed("manager");
    clock.step(20 * 365 * 86_400_000);
    expect((await app.inject({ url: "/api/1/session", headers: { ...HOST, cookie } })).statusCode).toBe(200);
    clock.step(-40 * 365 * 86_400_000);
    await clock.advance(31 * 60_000);
    expect((await app.inject({ url: "/api/1/session", headers: { ...HOST, cookie } })).statusCode).toBe(401);
  });

  test("they outlive a restart, without their tokens being on the disk, and time away counts", async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const vault = memoryVault();
    const first = await openConsoleRig({ clock, vault });
    const { cookie } = first.signed("manager");
    await first.sessions.close();
    expect(String(await vault.read("sessions.json"))).not.toContain(cookie.split("=")[1]);
    clock.step(10 * 60_000);
    const second = await openConsoleRig({ clock, vault });
    const ask = { url: "/api/1/session", headers: { ...HOST, cookie } };
    const session = (await second.app.inject(ask)).json();
    expect(session).toMatchObject({ name: "manager" });
    const headers = { ...HOST, cookie, "x-gatehouse-csrf": session.csrf };
    expect((await second.app.inject({ method: "DELETE", url: "/api/1/session", headers })).statusCode).toBe(200);
    await second.sessions.close();
    const third = await openConsoleRig({ clock, vault });
    expect((await third.app.inject(ask)).statusCode).toBe(401);
  });

  test("a technician signs others out from afar, others only themselves", async () => {
    const { app, signed } = await openConsoleRig();
    const [technician, manager, auditor] = [signed("technician"), signed("manager"), signed("auditor")];
    const list = (await app.inject({ url: "/api/1/sessions", headers: technician.headers })).json().sessions;
    expect(list.map(({ name }: { name: string }) => name)).toEqual(["technician", "manager", "auditor"]);
    const own = (await app.inject({ url: "/api/1/sessions", headers: manager.headers })).json().sessions;
    expect(own).toMatchObject([{ name: "manager", own: true }]);
    const end = (id: string, { headers }: typeof manager) =>
      app.inject({ method: "DELETE", url: `/api/1/sessions/${id}`, headers });
    expect((await end(auditor.id, manager)).json().code).toBe("unknown");
    expect((await end(auditor.id, technician)).json()).toEqual({ done: true });
    expect((await app.inject({ url: "/api/1/session", headers: auditor.headers })).statusCode).toBe(401);
  });
});

describe("accounts", () => {
  test("a new one must choose its own password before anything else", async () => {
    const { app, signed } = await openConsoleRig();
    const body = { name: "li", roles: ["auditor"], password: "first password 1" };
    const made = await app.inject(post("/api/1/accounts", body, signed("technician").headers));
    expect(made.json()).toMatchObject({ name: "li", roles: ["auditor"], totp: false });
    const entered = await app.inject(signIn("LI", "first password 1"));
    expect(entered.json()).toMatchObject({ name: "li", mustChangePassword: true });
    const headers = {
      ...HOST,
      cookie: cookieOf(entered)?.split(";")[0] ?? "",
      "x-gatehouse-csrf": entered.json().csrf,
    };
    expect((await app.inject({ url: "/api/1/accounts", headers })).json().code).toBe("change-password");
    const change = { old: "first password 1", new: "ein ganz eigenes" };
    const changed = await app.inject({ method: "PUT", url: "/api/1/session/password", headers, payload: change });
    expect(changed.json()).toEqual({ done: true });
    expect((await app.inject({ url: "/api/1/accounts", headers })).statusCode).toBe(200);
  });

  test("the last technician stays, whatever is tried", async () => {
    const { app, signed } = await openConsoleRig();
    const { headers } = signed("technician");
    const url = "/api/1/accounts/technician";
    const tries = [
      app.inject({ method: "DELETE", url, headers }),
      app.inject({ method: "PATCH", url, headers, payload: { disabled: true } }),
      app.inject({ method: "PATCH", url, headers, payload: { roles: ["auditor"] } }),
    ];
    for (const answer of await Promise.all(tries)) expect(answer.json().code).toBe("last-technician");
  });

  test("what changes an account signs it out", async () => {
    const { app, signed } = await openConsoleRig();
    const manager = signed("manager");
    const { headers } = signed("technician");
    await app.inject({ method: "PATCH", url: "/api/1/accounts/manager", headers, payload: { roles: ["auditor"] } });
    expect((await app.inject({ url: "/api/1/session", headers: manager.headers })).statusCode).toBe(401);
  });
});

describe("one-time codes", () => {
  test("begun, confirmed, asked for, and each good once", async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const { app, signed, accounts } = await openConsoleRig({ clock });
    const { headers } = signed("manager");
    const put = (code: string) => app.inject({ method: "PUT", url: "/api/1/session/totp", headers, payload: { code } });
    expect((await put("000000")).json().code).toBe("totp-not-begun");
    const begun = await app.inject(post("/api/1/session/totp", { password: RIG_PASSWORD }, headers));
    expect(begun.json().uri).toMatch(/^otpauth:\/\/totp\/Gatehouse%20rig:manager\?secret=[A-Z2-7]{32}&/);
    const codeNow = () => {
      const secret = accounts.get("manager").totp?.secret ?? "";
      return codeAt(Buffer.from(secret, "base64url"), Math.floor(clock.nowMs() / 30_000));
    };
    const secret = fromBase32(begun.json().secret);
    expect((await put(codeAt(secret, Math.floor(clock.nowMs() / 30_000)))).json()).toEqual({ done: true });
    expect((await app.inject(signIn("manager"))).json().code).toBe("totp-needed");
    const used = codeNow();
    expect((await app.inject(signIn("manager", RIG_PASSWORD, { totp: used }))).json().code).toBe("wrong-password");
    await clock.advance(30_000);
    const fresh = codeNow();
    expect((await app.inject(signIn("manager", RIG_PASSWORD, { totp: fresh }))).statusCode).toBe(200);
    expect((await app.inject(signIn("manager", RIG_PASSWORD, { totp: fresh }))).statusCode).toBe(401);
  });
});

describe("refusals", () => {
  test("have a stable code and sentences in the reader's language", async () => {
    const { app, signed } = await openConsoleRig();
    const ask = (headers: object, url = "/api/1/session") => app.inject({ url, headers: { ...HOST, ...headers } });
    expect((await ask({})).json()).toMatchObject({ code: "sign-in", message: "请先登录。" });
    expect((await ask({ "accept-language": "fr, en;q=0.8, zh;q=0.2" })).json().message).toBe("Nobody is signed in.");
    expect((await ask({ "accept-language": "en" }, "/api/1/session?lang=zh")).json().message).toBe("请先登录。");
    const { headers } = signed("technician");
    const wrong = await app.inject(post("/api/1/accounts?lang=en", { name: "-", roles: [] }, headers));
    expect(wrong.statusCode).toBe(400);
    expect(wrong.json()).toMatchObject({ code: "invalid" });
    const paths = wrong.json().problems.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(["body.name", "body.roles", "body.password"]);
  });

  test("a body that is no JSON, too large, or of another type", async () => {
    const { app } = await openConsoleRig();
    const send = (payload: string, type = "application/json") =>
      app.inject({ method: "POST", url: "/api/1/session", headers: { ...HOST, "content-type": type }, payload });
    expect((await send("{")).json().code).toBe("not-json");
    expect((await send('{"__proto__":{"a":1},"name":"a","password":"b"}')).json().code).toBe("not-json");
    expect((await send("name=a", "application/x-www-form-urlencoded")).json().code).toBe("wrong-type");
    const large = await send(JSON.stringify({ name: "a", password: "x".repeat(5_000) }));
    expect([large.statusCode, large.json().code]).toEqual([413, "too-large"]);
  });

  test("a bug says nothing of itself", async () => {
    const answers = {
      "GET /api/1/jobs": async () => {
        throw new TypeError("secret detail");
      },
    };
    const { app, signed, log } = await openConsoleRig({ answers });
    const answer = await app.inject({ url: "/api/1/jobs", headers: signed("auditor").headers });
    expect([answer.statusCode, answer.json().code]).toEqual([500, "fault"]);
    expect(answer.body).not.toContain("secret");
    expect(log.lines.some(({ message }) => message === "a request failed with a bug")).toBe(true);
  });
});

test("device cookies are one an account, so that people share a browser", async () => {
  const { app } = await openConsoleRig();
  const cookie = cookieOf(await app.inject(signIn("manager")), deviceCookieName("manager"));
  expect(cookie).toMatch(/Max-Age=15552000$/);
  expect(deviceCookieName("manager")).not.toBe(deviceCookieName("auditor"));
});

function fromBase32(text: string): Buffer {
  const bits = [...text].map((sign) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(sign).toString(2).padStart(5, "0"));
  return Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
