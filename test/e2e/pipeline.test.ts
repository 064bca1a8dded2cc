import type { Alert, CloudEvent } from "@gatehouse/protocol";
import { deviceTopic, encodeReadingBatch, formatTime, stateTopic, systemClock } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { metric } from "../support/gateway-process.ts";
import { SOURCE } from "../support/load-site.ts";
import { eventually, openRig, readingsTopic } from "../support/rig.ts";

const both = (city: { httpsUrl: string | undefined; mqttUrl: string | undefined }, ca: string) => [
  { id: "city", type: "https", url: city.httpsUrl, tls: { ca: { file: ca } }, readings: true },
  { id: "town", type: "mqtt", url: city.mqttUrl, version: 4 },
];

describe("a reading's way", () => {
  it("leads from an MQTT publish to an alert at two platforms, each settled by its receipt", async () => {
    await using rig = await openRig({ uplinks: both });
    const device = await rig.device("count-0001");
    await device.publishAsync(
      readingsTopic("count-0001"),
      JSON.stringify([
        { epoch: 1, seq: 1, kind: "count.in", value: 2, at: formatTime(systemClock.nowMs(), "Asia/Shanghai") },
      ]),
      { qos: 1 },
    );
    const tampered = encodeReadingBatch([{ device: "count-0001", epoch: 1, seq: 2, kind: "tamper.on" }]);
    await device.publishAsync(deviceTopic.readingsPb("count-0001"), Buffer.from(tampered), { qos: 1 });
    const raised = () => rig.city.events.filter(({ type }) => type === "gatehouse.alert.raised");
    await rig.city.until(() => raised().length === 2, AbortSignal.timeout(10_000));
    expect(new Set(raised().map(({ via }) => via)).size).toBe(2);
    const event = raised()[0]?.event as CloudEvent;
    expect(event).toMatchObject({
      source: SOURCE,
      subject: "flat-count-0001",
      lane: "alert",
      data: {
        kind: "tamper",
        level: "red",
        device: "count-0001",
        trigger: { device: "count-0001", epoch: 1, seq: 2 },
      },
    });
    const readings = () => rig.city.events.flatMap(({ reading }) => reading ?? []);
    await rig.city.until(() => readings().length === 2, AbortSignal.timeout(10_000));
    expect(readings()).toEqual(["count-0001:1:1", "count-0001:1:2"]);
    await eventually(rig.gateway.metrics, (page) => !/gatehouse_outbox_waiting\{.*\} [1-9]/.test(page));
    const page = await rig.gateway.metrics();
    expect(metric(page, "gatehouse_outbox_sent_total", '{uplink="city",lane="alert"}')).toBe(1);
    expect(metric(page, "gatehouse_outbox_sent_total", '{uplink="town",lane="alert"}')).toBe(1);
    expect(metric(page, "gatehouse_outbox_sent_total", '{uplink="city",lane="telemetry"}')).toBe(2);
  });

  it("keeps what it believes from a device, which must not listen", async () => {
    await using rig = await openRig();
    const device = await rig.device("count-0002");
    await device.publishAsync(readingsTopic("count-0002"), JSON.stringify({ epoch: 1, seq: 1, kind: "tamper.on" }), {
      qos: 1,
    });
    const seen = new Map<string, string>();
    device.on("message", (topic, payload) => seen.set(topic, payload.toString()));
    await expect(device.subscribeAsync(stateTopic.all)).rejects.toThrow();
    await rig.city.until(
      () => rig.city.events.some(({ type }) => type === "gatehouse.alert.raised"),
      AbortSignal.timeout(10_000),
    );
    expect(seen.size).toBe(0);
  });

  it("comes back after SIGTERM within 5 s with its alerts, its numbers and its backlog", async () => {
    await using rig = await openRig();
    await rig.city.fail("refuse");
    const first = await rig.device("count-0003");
    await first.publishAsync(readingsTopic("count-0003"), JSON.stringify({ epoch: 1, seq: 1, kind: "tamper.on" }), {
      qos: 1,
    });
    const startedMs = systemClock.monoMs();
    expect(await rig.gateway.end("SIGTERM")).toBe(0);
    expect(systemClock.monoMs() - startedMs).toBeLessThan(5_000);
    await rig.restart();
    await rig.city.fail();
    const again = await rig.device("count-0003");
    await again.publishAsync(
      readingsTopic("count-0003"),
      JSON.stringify([
        { epoch: 1, seq: 1, kind: "tamper.on" },
        { epoch: 1, seq: 2, kind: "tamper.off" },
      ]),
      { qos: 1 },
    );
    const alerts = () => rig.city.events.filter(({ type }) => type.startsWith("gatehouse.alert."));
    await rig.city.until(() => alerts().length === 2, AbortSignal.timeout(20_000));
    expect(alerts().map(({ type }) => type)).toEqual(["gatehouse.alert.raised", "gatehouse.alert.cleared"]);
    const [raised, cleared] = alerts().map(({ event }) => (event as CloudEvent).data as unknown as Alert);
    expect(cleared?.id).toBe(raised?.id);
    await rig.city.until(() => rig.city.missing(SOURCE).count === 0, AbortSignal.timeout(10_000));
    expect(metric(await rig.gateway.metrics(), "gatehouse_readings_duplicate_total")).toBe(1);
  });

  it("adds up: every reading received is stored, a repeat or rejected; every stored one is sent, refused or waiting", async () => {
    await using rig = await openRig();
    const device = await rig.device("count-0004");
    const items = [1, 2, 2, 3, "x", 4].map((seq) => ({ epoch: 1, seq, kind: "count.in" }));
    await device.publishAsync(readingsTopic("count-0004"), JSON.stringify(items), { qos: 1 });
    await rig.city.until(
      () => rig.city.events.filter(({ reading }) => reading !== undefined).length === 4,
      AbortSignal.timeout(10_000),
    );
    const page = await eventually(
      rig.gateway.metrics,
      (text) => metric(text, "gatehouse_outbox_sent_total", '{uplink="city",lane="telemetry"}') === 4,
    );
    const of = (name: string) => metric(page, `gatehouse_readings_${name}_total`);
    expect([of("received"), of("stored"), of("duplicate"), of("rejected")]).toEqual([6, 4, 1, 1]);
  });
});
