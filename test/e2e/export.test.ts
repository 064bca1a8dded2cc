import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Reading, systemClock } from "@gatehouse/protocol";
import type { MqttClient } from "mqtt";
import { describe, expect, it } from "vitest";
import { GATEHOUSE } from "../support/gateway-process.ts";
import { openRig, readingsTopic } from "../support/rig.ts";
import { tempDir } from "../support/temp-dir.ts";

const gatehouse = (...args: string[]) => spawnSync(process.execPath, [GATEHOUSE, ...args], { encoding: "utf8" });
const exported = (state: string, out: string, ...more: string[]) =>
  gatehouse("export", "readings", "--state", state, "--out", out, ...more);

async function publish(client: MqttClient, device: string, items: readonly object[]): Promise<void> {
  await client.publishAsync(readingsTopic(device), JSON.stringify(items), { qos: 1 });
}

const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("gatehouse export readings", () => {
  it("writes every accepted reading in order of arrival, the same while the gateway runs and after it stopped", async () => {
    await using rig = await openRig();
    const at = (name: string) => join(rig.dir, name);
    const device = await rig.device("count-0001");
    await publish(device, "count-0001", [
      { epoch: 1, seq: 1, kind: "count.in", value: 2, at: "2026-03-01T00:00:00+08:00" },
      { kind: "access.granted", credential: "0012345678" },
      { epoch: 1, seq: 1, kind: "count.in", value: 2 },
      { epoch: 1, seq: 3, kind: "nothing" },
    ]);
    const running = exported(rig.stateDir, at("running.ndjson"));
    expect(running, running.stderr).toMatchObject({ status: 0 });
    const text = readFileSync(at("running.ndjson"), "utf8");
    expect(text).not.toContain("0012345678");
    const [first, second, ...rest] = linesOf(text).filter(({ kind }) => kind !== "device.online");
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      id: "count-0001:1:1",
      device: "count-0001",
      at: "2026-03-01T00:00:00+08:00",
      value: 2,
    });
    expect(second).toMatchObject({ kind: "access.granted", credential: expect.stringMatching(/^c_[0-9a-f]{10}$/) });
    expect(second?.["id"]).toBe(`count-0001:j:${second?.["journalSeq"]}`);
    for (const line of linesOf(text)) expect(Reading.safeParse(line).error?.message).toBeUndefined();
    expect(await rig.gateway.end("SIGTERM")).toBe(0);
    expect(exported(rig.stateDir, at("stopped.ndjson.gz")).status).toBe(0);
    const stopped = gunzipSync(readFileSync(at("stopped.ndjson.gz"))).toString();
    expect(stopped.startsWith(text)).toBe(true);
    await rig.restart();
    expect(rig.gateway.ready.recoveredInputs).toBeGreaterThan(0);
    expect((await rig.gateway.health()).codes.filter(({ code }) => code.startsWith("storage"))).toEqual([]);
  });

  it("finds what a killed gateway had acknowledged, which still stands in the write-ahead log alone", async () => {
    await using rig = await openRig();
    const device = await rig.device("count-0001");
    await publish(device, "count-0001", [{ epoch: 1, seq: 1, kind: "count.in" }]);
    await publish(device, "count-0001", [{ epoch: 1, seq: 2, kind: "count.out" }]);
    await rig.gateway.end("SIGKILL");
    const out = join(rig.dir, "out.ndjson");
    expect(exported(rig.stateDir, out).status).toBe(0);
    const ids = linesOf(readFileSync(out, "utf8")).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(["count-0001:1:1", "count-0001:1:2"]));
    await rig.restart();
    expect((await rig.gateway.health()).codes.filter(({ code }) => code.startsWith("storage"))).toEqual([]);
  });

  it("never gets in the way of a gateway that is writing, nor the gateway in its", async () => {
    await using rig = await openRig();
    const device = await rig.device("count-0002");
    let seq = 0;
    const batch = () => Array.from({ length: 500 }, () => ({ epoch: 1, seq: ++seq, kind: "presence.count", value: 1 }));
    await publish(device, "count-0002", batch());
    for (let round = 1; round <= 3; round++) {
      const out = join(rig.dir, `${round}.ndjson`);
      const child = spawn(process.execPath, [GATEHOUSE, "export", "readings", "--state", rig.stateDir, "--out", out]);
      const ended = once(child, "exit");
      while (child.exitCode === null) {
        await publish(device, "count-0002", batch());
        await systemClock.sleep(1);
      }
      expect(await ended).toEqual([0, null]);
      const numbers = linesOf(readFileSync(out, "utf8")).map(({ journalSeq }) => journalSeq as number);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      expect(numbers.length).toBeGreaterThanOrEqual(500);
    }
    expect(rig.gateway.log.filter(({ msg }) => String(msg).includes("disk fails"))).toEqual([]);
  });

  it("takes a range of time, and says when it is empty or makes no sense", async () => {
    await using rig = await openRig();
    const out = join(rig.dir, "out.ndjson");
    const device = await rig.device("count-0001");
    await publish(device, "count-0001", [{ epoch: 1, seq: 1, kind: "count.in" }]);
    expect(exported(rig.stateDir, out, "--from", "2026-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z").status).toBe(
      0,
    );
    expect(readFileSync(out, "utf8")).toContain('"count-0001:1:1"');
    const later = exported(rig.stateDir, out, "--from", "2100-01-01T00:00:00+08:00");
    expect(later).toMatchObject({ status: 0, stderr: expect.stringContaining("holds no readings of that time") });
    expect(readFileSync(out, "utf8")).toBe("");
    const turned = exported(rig.stateDir, out, "--from", "2026-01-02T00:00:00Z", "--to", "2026-01-01T00:00:00Z");
    expect(turned).toMatchObject({ status: 78, stderr: expect.stringContaining("is not later than --from") });
    const vague = exported(rig.stateDir, out, "--from", "yesterday");
    expect(vague).toMatchObject({
      status: 78,
      stderr: expect.stringContaining('"yesterday" is no time with an offset'),
    });
  });

  it("names what it cannot read or write, and leaves nothing half-written", async () => {
    using dir = tempDir();
    const at = (name: string) => join(dir.path, name);
    expect(exported(at("nowhere"), at("a.ndjson"))).toMatchObject({
      status: 78,
      stderr: expect.stringContaining("there is no gatehouse.db in it"),
    });
    writeFileSync(at("gatehouse.db"), "no database at all");
    const odd = exported(dir.path, at("a.ndjson"));
    expect(odd).toMatchObject({ status: 78, stderr: expect.stringContaining("is damaged") });
    expect(odd.stderr).not.toMatch(/^\s+at /m);
    await using rig = await openRig();
    const unwritable = exported(rig.stateDir, at("gatehouse.db/a.ndjson"));
    expect(unwritable).toMatchObject({ status: 78, stderr: expect.stringContaining("cannot be written") });
    expect(existsSync(at("a.ndjson")) || existsSync(at("a.ndjson.part"))).toBe(false);
    await rig.gateway.end("SIGTERM");
    truncateSync(join(rig.stateDir, "gatehouse.db"), 4096 * 3);
    expect(exported(rig.stateDir, at("a.ndjson"))).toMatchObject({
      status: 78,
      stderr: expect.stringContaining("start the gateway once"),
    });
  });
});
