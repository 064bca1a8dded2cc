/** Against the way in: guessing, flooding, fixation. */
import { systemClock } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { type ConsoleRig, deviceCookieName, openConsoleRig, RIG_HOST, RIG_PASSWORD } from "gatehouse/testing";
import { expect, test } from "vitest";

interface Try {
  readonly name?: string;
  readonly password?: string;
  readonly from: string;
  readonly cookie?: string;
}

async function signIn({ app }: ConsoleRig, { name = "technician", password = RIG_PASSWORD, from, cookie }: Try) {
  const answer = await app.inject({
    method: "POST",
    url: "/api/1/session",
    headers: { host: RIG_HOST, ...(cookie === undefined ? {} : { cookie }) },
    payload: { name, password },
    remoteAddress: from,
  });
  const cookies = [answer.headers["set-cookie"] ?? []].flat().map((text) => String(text).split(";")[0] ?? "");
  return { status: answer.statusCode, code: (answer.json() as { code?: string }).code ?? "", cookies };
}

test("guessing from one address is paused within a few tries, and the administrator does not notice", async () => {
  const rig = await openConsoleRig({ clock: new FakeClock() });
  const tries = [];
  for (let i = 0; i < 30; i++) tries.push((await signIn(rig, { password: `guess ${i}`, from: "198.51.100.7" })).code);
  expect(tries.slice(0, 5)).toEqual(Array(5).fill("wrong-password"));
  expect(tries.slice(5)).toEqual(Array(25).fill("locked-out"));
  expect((await signIn(rig, { from: "198.51.100.7" })).code).toBe("locked-out");
  expect((await signIn(rig, { from: "203.0.113.5" })).status).toBe(200);
  expect(rig.audit.filter(({ what }) => what === "sign-in paused")).toHaveLength(1);
});

test("a crowd that guesses at one account locks out strangers, never the administrator at a known device or place", async () => {
  const rig = await openConsoleRig({ clock: new FakeClock() });
  const { cookies } = await signIn(rig, { from: "192.0.2.10" });
  const device = cookies.find((cookie) => cookie.startsWith(deviceCookieName("technician"))) ?? "";
  for (let i = 0; i < 110; i++) rig.lockOut.failed(stranger(`10.9.${i}.1`), 0);
  expect((await signIn(rig, { from: "198.51.100.200" })).code).toBe("locked-out");
  expect((await signIn(rig, { from: "198.51.100.201", cookie: device })).status).toBe(200);
  expect((await signIn(rig, { from: "192.0.2.10" })).status).toBe(200);
});

const stranger = (address: string) => ({ account: "technician", address, device: undefined, addressKnown: false });

test("a device cookie of somebody else, or made up, is worth nothing", async () => {
  const rig = await openConsoleRig({ clock: new FakeClock() });
  const { cookies } = await signIn(rig, { name: "manager", from: "192.0.2.10" });
  const value = cookies.find((cookie) => cookie.startsWith(deviceCookieName("manager")))?.split("=")[1] ?? "";
  for (let i = 0; i < 110; i++) rig.lockOut.failed(stranger(`10.9.${i}.1`), 0);
  for (const forged of [value, `${value.split(".")[0]}.${"A".repeat(43)}`, "x.y"]) {
    const cookie = `${deviceCookieName("technician")}=${forged}`;
    expect((await signIn(rig, { from: "198.51.100.9", cookie })).code).toBe("locked-out");
  }
});

test("a known device that guesses is paused too", async () => {
  const rig = await openConsoleRig({ clock: new FakeClock() });
  const { cookies } = await signIn(rig, { from: "192.0.2.10" });
  const cookie = cookies.find((each) => each.startsWith(deviceCookieName("technician"))) ?? "";
  const codes = [];
  for (let i = 0; i < 7; i++)
    codes.push((await signIn(rig, { password: `guess ${i}`, from: "192.0.2.10", cookie })).code);
  expect(codes.slice(5)).toEqual(["locked-out", "locked-out"]);
});

test("somebody at another's open page who guesses the password it is asked for is paused, and the log of deeds tells", async () => {
  const rig = await openConsoleRig({ clock: new FakeClock() });
  const { headers } = rig.signed("manager");
  const ask = () =>
    rig.app.inject({ method: "DELETE", url: "/api/1/session/totp", headers, payload: { password: "guess" } });
  for (let i = 0; i < 5; i++) expect((await ask()).json()).toMatchObject({ code: "wrong-old-password" });
  expect((await ask()).json()).toMatchObject({ code: "locked-out" });
  expect(rig.audit).toEqual([
    { by: "console", what: "sign-in paused", subject: "manager", detail: `${RIG_HOST} waits 30 s` },
  ]);
});

test("a pause ends, and is longer the next time", async () => {
  const clock = new FakeClock();
  const rig = await openConsoleRig({ clock });
  const guess = async () => (await signIn(rig, { password: "guess", from: "198.51.100.7" })).code;
  for (let i = 0; i < 5; i++) await guess();
  await clock.advance(30_000);
  expect(await guess()).toBe("wrong-password");
  await clock.advance(31_000);
  expect(await guess()).toBe("locked-out");
});

test("a name that does not exist is answered as one that does, in words and in work", async () => {
  const rig = await openConsoleRig({ clock: new FakeClock() });
  const known = await signIn(rig, { password: "wrong one here", from: "198.51.100.1" });
  const unknown = await signIn(rig, { name: "nobody", password: "wrong one here", from: "198.51.100.2" });
  expect({ ...known, cookies: [] }).toEqual({ ...unknown, cookies: [] });
  const median = async (name: string) => {
    const times = [];
    for (let i = 0; i < 5; i++) {
      const startedMs = systemClock.monoMs();
      await rig.passwords.matches("x", name === "nobody" ? undefined : rig.accounts.get(name).password, true);
      times.push(systemClock.monoMs() - startedMs);
    }
    return times.sort((a, b) => a - b)[2] ?? 0;
  };
  const ratio = (await median("nobody")) / (await median("manager"));
  expect(ratio).toBeGreaterThan(0.4);
  expect(ratio).toBeLessThan(2.5);
});

test("a flood of sign-ins is turned away with a time to come again, and a known device still gets in", async () => {
  const rig = await openConsoleRig();
  const { cookies } = await signIn(rig, { from: "192.0.2.10" });
  const cookie = cookies.find((each) => each.startsWith(deviceCookieName("technician"))) ?? "";
  const flood = Array.from({ length: 60 }, (_, i) => signIn(rig, { name: `n${i}`, from: `10.1.${i}.1` }));
  const admin = signIn(rig, { from: "192.0.2.99", cookie });
  expect((await admin).status).toBe(200);
  const codes = (await Promise.all(flood)).map(({ code }) => code);
  expect(codes.filter((code) => code === "busy").length).toBeGreaterThanOrEqual(50);
});

test("a session somebody planted is not the one that is signed in, and ends", async () => {
  const rig = await openConsoleRig();
  const planted = rig.signed("auditor");
  const { cookies } = await signIn(rig, { from: "192.0.2.10", cookie: planted.cookie });
  const fresh = cookies.find((cookie) => cookie.startsWith("__Host-gatehouse=")) ?? "";
  expect(fresh).not.toBe(planted.cookie);
  const ask = (cookie: string) => rig.app.inject({ url: "/api/1/session", headers: { host: RIG_HOST, cookie } });
  expect((await ask(planted.cookie)).statusCode).toBe(401);
  expect((await ask(fresh)).json()).toMatchObject({ name: "technician" });
  const made = `__Host-gatehouse=${"A".repeat(43)}`;
  const second = await signIn(rig, { from: "192.0.2.10", cookie: made });
  expect(second.cookies).not.toContain(made);
  expect((await ask(made)).statusCode).toBe(401);
});

test("a claim code cannot be guessed: one address is paused, and the code is good for an hour", async () => {
  const clock = new FakeClock();
  const rig = await openConsoleRig({ clock, people: false });
  await rig.claim.open();
  const claim = async () =>
    rig.app.inject({
      method: "POST",
      url: "/api/1/claim",
      headers: { host: RIG_HOST },
      payload: { code: "22222-22222", name: "mallory", password: RIG_PASSWORD },
    });
  for (let i = 0; i < 5; i++) expect((await claim()).json()).toMatchObject({ code: "wrong-claim" });
  expect((await claim()).json()).toMatchObject({ code: "locked-out" });
  await clock.advance(3_600_000);
  expect((await claim()).json()).toMatchObject({ code: "claim-closed" });
});
