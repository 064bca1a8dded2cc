import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { expect, it } from "vitest";
import { askControl } from "../support/control.ts";
import { gatehouse } from "../support/gatehouse.ts";
import { metric } from "../support/gateway-process.ts";
import { commandRows } from "../support/journal.ts";
import { obeyingDevice } from "../support/obeying-device.ts";
import { openRig } from "../support/rig.ts";

const command = (...args: readonly string[]) => gatehouse("command", ...args);

it("a command given on the box reaches the device over MQTT, and the exit code says what became of it", async () => {
  await using rig = await openRig({ devices: 2, uplinks: () => [] });
  const at = ["--state", rig.stateDir];
  await using device = await obeyingDevice(rig.url, "count-0001", async ({ action }) => {
    if (action === "identify") return undefined;
    return action === "lock" ? { ok: false, error: "jammed" } : { ok: true };
  });
  expect(statSync(join(rig.stateDir, "control.sock")).mode & 0o777).toBe(0o600);

  const led = { color: "red", onSeconds: 0.5, offSeconds: 0.5 };
  expect(await command("count-0001", "unlock", ...at)).toEqual({ code: 0, out: "count-0001: unlock done\n", err: "" });
  expect(await command("count-0001", "led", JSON.stringify(led), "--id", "led-1", ...at)).toMatchObject({ code: 0 });
  expect(device.commands).toMatchObject([{ action: "unlock" }, { id: "led-1", action: "led", args: led }]);
  const leftMs = Date.parse(device.commands[1]?.notAfter ?? "") - Date.parse(device.commands[0]?.notAfter ?? "");
  expect(Math.abs(leftMs)).toBeLessThan(10_000);

  expect(await command("count-0001", "lock", ...at)).toMatchObject({
    code: 1,
    err: "gatehouse: count-0001: lock was refused: jammed\n",
  });
  expect(await command("count-0001", "identify", "--seconds-valid", "0.5", ...at)).toMatchObject({
    code: 75,
    err: expect.stringMatching(/identify may or may not have been done: .*not answer(ed)? before/),
  });
  const again = await command("count-0001", "unlock", "--id", "led-1", "--json", ...at);
  expect([again.code, JSON.parse(again.out)]).toMatchObject([78, { id: "led-1", outcome: "duplicate" }]);
  expect(device.commands).toHaveLength(4);

  const page = await rig.gateway.metrics();
  expect(metric(page, "gatehouse_commands_total", '{outcome="done"}')).toBe(2);
  expect(metric(page, "gatehouse_commands_total", '{outcome="duplicate"}')).toBe(1);
  await rig.gateway.end();
  const rows = commandRows(rig.stateDir);
  expect(rows.map(({ type, outcome }) => outcome ?? type)).toEqual([
    "command",
    "done",
    "command",
    "done",
    "command",
    "refused",
    "command",
    "unknown",
  ]);
});

it("what is wrong with a command is said with advice, and nothing reaches a device", async () => {
  await using rig = await openRig({ devices: 2, uplinks: () => [] });
  const at = ["--state", rig.stateDir];
  await using device = await obeyingDevice(rig.url, "count-0001", async () => ({ ok: true }));
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [["count-001", "unlock"], /there is no device "count-001": did you mean "count-0001"\?/],
    [["count-0001", "open"], /there is no action "open": there are unlock/],
    [["count-0001", "unlock", "seconds=5"], /seconds=5 is no JSON\n\s+-> write an object in single quotes/],
    [["count-0001", "unlock", "[5]"], /\[5\] is no object/],
    [["count-0001", "unlock", '{"seconds":-1}'], /args\.seconds\n.*>=0\.1/],
    [["count-0001", "unlock", "--seconds-valid", "31"], /--seconds-valid\n.*"31" is not possible/],
  ];
  for (const [args, reason] of wrong) {
    const { code, err } = await command(...args, ...at);
    expect([args, code]).toEqual([args, 78]);
    expect(err).toMatch(reason);
    expect(err).not.toMatch(/\n\s+at /);
  }
  expect(device.commands).toEqual([]);
  expect(await command(...at)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^count-0001 +counter +unlock lock/),
  });
  expect(await command("count-0002", ...at)).toMatchObject({ out: expect.stringMatching(/^count-0002 .*\n$/) });
  expect(await askControl(rig.stateDir, "health")).toMatchObject({ ok: true, result: { status: "ok" } });
});

it("without a gateway it says how to start one", async () => {
  await using rig = await openRig({ devices: 1, uplinks: () => [] });
  await rig.gateway.end("SIGKILL");
  const left = await command("count-0001", "unlock", "--state", rig.stateDir);
  expect(left).toMatchObject({ code: 69, err: expect.stringMatching(/no gateway is running on the state folder/) });
  expect(left.err).toMatch(/-> start it with `gatehouse run/);
  await rig.restart();
  expect(await command("--state", rig.stateDir)).toMatchObject({ code: 0 });
  await rig.gateway.end();
  expect(await command("count-0001", "unlock", "--state", rig.stateDir)).toMatchObject({ code: 69 });
  expect(await command("count-0001", "unlock", "--state", join(rig.dir, "nowhere"))).toMatchObject({ code: 69 });
});

it("SIGTERM in the middle of a command ends in order: the answer is that nobody knows, and no connection holds it up", async () => {
  await using rig = await openRig({ devices: 1, uplinks: () => [] });
  await using device = await obeyingDevice(rig.url, "count-0001", async () => undefined);
  const idle = connect(join(rig.stateDir, "control.sock"));
  await once(idle, "connect");
  idle.resume();
  const reached = device.next();
  const params = { target: "count-0001", action: "unlock", id: "c1", secondsValid: 30 };
  const asked = askControl(rig.stateDir, "command", params);
  await reached;
  const startedMs = systemClock.monoMs();
  const ended = rig.gateway.end();
  expect(await asked).toMatchObject({ ok: true, result: { id: "c1", outcome: "unknown" } });
  expect(await ended).toBe(0);
  expect(systemClock.monoMs() - startedMs).toBeLessThan(5_000);
  expect(commandRows(rig.stateDir)).toMatchObject([{ id: "c1" }, { id: "c1", outcome: "unknown" }]);
  expect(existsSync(join(rig.stateDir, "control.sock"))).toBe(false);
});
