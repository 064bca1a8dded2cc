import { join } from "node:path";
import { type Plc, startPlc, startSlowLink } from "@gatehouse/device-sim";
import { LinkError, systemClock } from "@gatehouse/protocol";
import { memoryVault } from "gatehouse/testing";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { childrenOf } from "../support/children.ts";
import { freePort } from "../support/free-port.ts";
import { gatehouse } from "../support/gatehouse.ts";
import { isRead, plcDriver } from "../support/plc-harness.ts";
import { eventually } from "../support/rig.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";

interface Item {
  readonly kind?: string;
  readonly value?: unknown;
  readonly reason?: string;
}

let plc: Plc;
let temp: TempDir;
let port = 0;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  temp = tempDir();
  port = await freePort();
  plc = await startPlc({ port, gates: 2 });
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});
afterAll(async () => {
  await plc[Symbol.asyncDispose]();
  temp[Symbol.dispose]();
});

const POINTS = [
  { node: "ns=1;s=Gate1.In", is: "total.in" },
  { node: "ns=1;s=Gate1.Out", is: "total.out" },
  { node: "ns=1;s=Gate1.Door", is: "door" },
  { node: "ns=1;s=Gate1.Alarm", is: "input", input: 4 },
];

/** A driver that runs, and what it handed in. */
function run(config: object = {}, points: readonly object[] = POINTS, vault = memoryVault()) {
  const items: Item[] = [];
  const stop = new AbortController();
  const made = plcDriver({
    clock: systemClock,
    vault,
    folder: join(temp.path, "state", "drivers", "plc"),
    config: { endpoint: plc.endpoint, security: "none", publishMs: 100, ...config },
    points,
    accept: async (given) => {
      items.push(...(given as Item[]));
      return [];
    },
  });
  const ended = made.driver.run(stop.signal).then(
    () => undefined,
    (error: unknown) => error,
  );
  const end = async () => {
    stop.abort();
    await ended;
  };
  ends.push(end);
  const codes = () => made.health.entries.map(({ code }) => code);
  const totals = () => items.findLast(({ kind }) => kind === "count.totals")?.value;
  const kinds = () => items.map(({ kind }) => kind);
  return { ...made, items, ended, end, codes, totals, kinds, vault };
}

test("totals go on over a restart of the PLC from zero, and contacts tell their changes", async () => {
  const first = run();
  await eventually(first.totals, (totals) => totals !== undefined);
  expect(first.totals()).toEqual({ in: 0, out: 0 });
  for (let i = 0; i < 3; i++) plc.pass(1, "in");
  plc.pass(1, "out");
  await eventually(first.totals, (totals) => JSON.stringify(totals) === '{"in":3,"out":1}');
  plc.set(1, "Door", true);
  await eventually(first.kinds, (kinds) => kinds.includes("door.opened"));
  plc.set(1, "Alarm", true);
  await eventually(
    () => first.items.at(-1),
    (item) => item?.kind === "input.on" && item.value === 4,
  );

  await plc.kill();
  expect(await first.ended).toBeInstanceOf(LinkError);
  expect(first.kinds().at(-1)).toBe("device.offline");
  plc = await startPlc({ port, gates: 2 });
  plc.pass(1, "in");
  const second = run({}, POINTS, first.vault);
  await eventually(second.totals, (totals) => JSON.stringify(totals) === '{"in":4,"out":1}');
  await eventually(second.kinds, (kinds) => kinds.includes("device.online"));
  // Closed while nobody looked: told when it is seen.
  expect(second.kinds()).toContain("door.closed");
  expect(second.codes()).toContain("counter-odd");
});

test("a value that is not good for three periods means that the device is away, until it is good", async () => {
  const plain = run();
  await eventually(plain.totals, (totals) => totals !== undefined);
  plc.setGood(1, "In", false);
  plc.set(1, "Out", 77);
  await systemClock.sleep(150);
  expect(plain.kinds()).not.toContain("device.offline");
  await eventually(plain.kinds, (kinds) => kinds.includes("device.offline"));
  plc.set(1, "In", 5);
  await eventually(plain.kinds, (kinds) => kinds.at(-1) === "device.online");
});

test("a variable the PLC does not have is said to whoever set it up, and the others are read", async () => {
  const wrong = run({}, [...POINTS.slice(0, 1), ...POINTS.slice(2, 3), { node: "ns=1;s=Gate9.In", is: "total.out" }]);
  await eventually(wrong.codes, (codes) => codes.includes("device-settings"));
  await eventually(wrong.kinds, (kinds) => kinds.includes("device.offline"));
  expect(wrong.kinds()).toContain("door.closed");
  // One total that is not known is no nought.
  expect(wrong.totals()).toBeUndefined();
});

test("a PLC that is silent for three periods is lost", async () => {
  const line = await startSlowLink({ to: { host: "127.0.0.1", port }, clock: systemClock });
  ends.push(() => line.close());
  const silent = run({ endpoint: `opc.tcp://127.0.0.1:${line.port}` });
  await isRead(silent.log);
  await eventually(silent.totals, (totals) => totals !== undefined);
  const frozenMs = systemClock.monoMs();
  line.freeze();
  const error = await silent.ended;
  expect(error).toMatchObject({ name: "LinkError" });
  expect(String(error)).toMatch(/silent for/);
  expect(systemClock.monoMs() - frozenMs).toBeLessThan(4_000);
  expect(silent.kinds().at(-1)).toBe("device.offline");
});

test("a process that is killed, and one that hangs, are lost links", async () => {
  const killed = run();
  await isRead(killed.log);
  for (const pid of childrenOf(process.pid)) process.kill(pid, "SIGKILL");
  expect(await killed.ended).toMatchObject({ name: "LinkError", code: "closed" });

  const hung = run();
  await isRead(hung.log);
  for (const pid of childrenOf(process.pid)) process.kill(pid, "SIGSTOP");
  expect(await hung.ended).toMatchObject({ name: "LinkError", code: "timeout" });
  expect(childrenOf(process.pid)).toEqual([]);
});

test("a PLC with certificates and a password is read once its certificate is trusted", async () => {
  const login = { user: "gatehouse", password: "reads" };
  await using guarded = await startPlc({ login, open: false });
  const config = {
    endpoint: guarded.endpoint,
    security: "encrypt",
    user: login.user,
    password: { env: "PLC_PW" },
  };
  const stranger = run(config);
  expect(await stranger.ended).toMatchObject({ name: "LinkError", message: expect.stringMatching(/certificate/i) });
  const state = ["--state", join(temp.path, "state"), "--driver", "plc"];
  const { out } = await gatehouse("opcua", "trust", "list", "--json", ...state);
  const [one] = JSON.parse(out);
  expect(one).toMatchObject({ trusted: false, applicationUri: "urn:gatehouse:sim-plc" });
  expect(await gatehouse("opcua", "trust", "add", one.thumbprint, ...state)).toMatchObject({ code: 0 });
  const known = run(config);
  expect(await eventually(known.totals, (totals) => totals !== undefined)).toEqual({ in: 0, out: 0 });
});
