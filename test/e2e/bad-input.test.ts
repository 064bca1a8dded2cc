import { spawn } from "node:child_process";
import { once } from "node:events";
import { deviceTopic } from "@gatehouse/protocol";
import mqtt, { type MqttClient } from "mqtt";
import { describe, expect, it } from "vitest";
import { GATEHOUSE, metric } from "../support/gateway-process.ts";
import { eventually, openRig, type Rig, readingsTopic } from "../support/rig.ts";

interface DeviceError {
  readonly index: number;
  readonly reason: string;
}

async function complaining(rig: Rig, id: string): Promise<{ client: MqttClient; next: () => Promise<DeviceError> }> {
  const client = await rig.device(id);
  await client.subscribeAsync(deviceTopic.errors(id), { qos: 1 });
  const waiting: ((error: DeviceError) => void)[] = [];
  const come: DeviceError[] = [];
  client.on("message", (_, payload) => {
    const error = JSON.parse(payload.toString()) as DeviceError;
    const waiter = waiting.shift();
    if (waiter === undefined) come.push(error);
    else waiter(error);
  });
  const next = () => {
    const error = come.shift();
    return error === undefined ? new Promise<DeviceError>((resolve) => waiting.push(resolve)) : Promise.resolve(error);
  };
  return { client, next };
}

const closed = (client: MqttClient) => new Promise((resolve) => client.once("close", () => resolve(undefined)));

const BAD: readonly (readonly [string, string | Buffer, string])[] = [
  ["an unknown kind", '{"kind":"count.sideways"}', "unknown kind"],
  ["a missing field", '{"seq":1}', "kind"],
  ["a wrong type", '{"kind":"count.in","value":"two"}', "whole number of persons"],
  ["a wrong type of seq", '{"kind":"count.in","seq":"7"}', "seq"],
  ["an absurd time, long past", '{"kind":"count.in","at":"1970-01-01T00:00:00Z"}', "absurd time"],
  ["an absurd time, far ahead", '{"kind":"count.in","at":"2999-01-01T00:00:00Z"}', "absurd time"],
  ["a time without offset", '{"kind":"count.in","at":"2026-03-01T08:00:00"}', "RFC 3339"],
  ["another device's name", '{"device":"count-0002","kind":"count.in"}', "must be count-0001"],
  ["an unknown portal", '{"kind":"count.in","portal":"door-9"}', 'unknown portal "door-9"'],
  ["text that is no JSON", "hello", "JSON"],
  ["invalid UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), "UTF-8"],
  ["a bare number", "5", ""],
  ["null", "null", ""],
];

describe("bad input", () => {
  it("is acknowledged, named to the device, counted, raised as a health code, and stops nothing else", async () => {
    await using rig = await openRig();
    const { client, next } = await complaining(rig, "count-0001");
    const other = await rig.device("count-0002");
    for (const [what, payload, reason] of BAD) {
      await client.publishAsync(readingsTopic("count-0001"), payload, { qos: 1 });
      const error = await next();
      expect(error.index, what).toBe(0);
      expect(error.reason, what).toContain(reason);
    }
    await client.publishAsync(deviceTopic.readingsPb("count-0001"), Buffer.from([0xff, 0xff, 0x01]), { qos: 1 });
    expect((await next()).reason).toContain("ReadingBatch");
    await client.publishAsync(
      readingsTopic("count-0001"),
      '[{"kind":"count.in"},{"kind":"nonsense"},{"kind":"count.in"}]',
      { qos: 1 },
    );
    expect((await next()).index).toBe(1);
    await other.publishAsync(readingsTopic("count-0002"), '{"kind":"count.in"}', { qos: 1 });
    const page = await rig.gateway.metrics();
    expect(metric(page, "gatehouse_readings_rejected_total")).toBe(BAD.length + 2);
    expect(metric(page, "gatehouse_readings_stored_total")).toBeGreaterThanOrEqual(3);
    const { codes } = await rig.gateway.health();
    expect(codes.map(({ code, subject }) => `${code} ${subject}`)).toContain("device-rejected count-0001");
    expect(rig.gateway.child.exitCode).toBeNull();
  });

  it("disconnects a 10 MB payload, a foreign topic, an unknown device, and raises a code for each", async () => {
    await using rig = await openRig();
    const big = await rig.device("count-0001");
    const gone = closed(big);
    big.publish(readingsTopic("count-0001"), Buffer.alloc(10_000_000, 0x20), { qos: 1 });
    await gone;
    const foreign = await rig.device("count-0002");
    const thrownOut = closed(foreign);
    foreign.publish(readingsTopic("count-0003"), '{"kind":"count.in"}', { qos: 1 });
    await thrownOut;
    await expect(mqtt.connectAsync(rig.url, { username: "ghost", reconnectPeriod: 0 })).rejects.toThrow();
    const { codes } = await eventually(
      rig.gateway.health,
      ({ codes: found }) =>
        found.filter(({ code }) => code === "broker-refused" || code === "device-unknown").length >= 2,
    );
    expect(codes.find(({ code }) => code === "device-unknown")?.detail).toContain("ghost");
    const page = await rig.gateway.metrics();
    expect(metric(page, "gatehouse_broker_refused_total", '{reason="oversize"}')).toBe(1);
    expect(metric(page, "gatehouse_broker_refused_total", '{reason="foreign-topic"}')).toBe(1);
    const good = await rig.device("count-0004");
    await good.publishAsync(readingsTopic("count-0004"), '{"kind":"count.in"}', { qos: 1 });
  });
});

/** Runs the command line; resolves with its exit code and what it said. */
async function gatehouse(...args: string[]): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, [GATEHOUSE, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += String(chunk)));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, text };
}

describe("a user's mistake", () => {
  it("of a second gateway on the same folder ends with one clear line and code 78", async () => {
    await using rig = await openRig();
    const { code, text } = await gatehouse(
      "run",
      "--site",
      rig.siteFile,
      "--state",
      rig.stateDir,
      "--monitor",
      "127.0.0.1:0",
    );
    expect(code).toBe(78);
    expect(text).toContain("another gatehouse is already running on this state folder");
    expect(text).not.toContain("    at ");
    expect((await rig.gateway.health()).status).toBe("ok");
  });

  it("of a port that is taken ends with a sentence, not with a trace", async () => {
    await using rig = await openRig();
    const { code, text } = await gatehouse(
      "run",
      "--site",
      rig.siteFile,
      "--state",
      `${rig.dir}/other`,
      "--monitor",
      "127.0.0.1:0",
    );
    expect(code).toBe(78);
    expect(text).toContain("broker.listen");
    expect(text).not.toContain("    at ");
  });
});

it("a reader who has seen enough, as head has, is no failure", async () => {
  const child = spawn(process.execPath, [GATEHOUSE, "replay", "--help"], { stdio: ["ignore", "pipe", "pipe"] });
  // Closed long before anything is said.
  child.stdout.destroy();
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += String(chunk);
  });
  const [code] = await once(child, "close");
  expect({ code, said }).toEqual({ code: 0, said: "" });
});
