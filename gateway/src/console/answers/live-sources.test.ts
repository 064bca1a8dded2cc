import { FakeClock } from "@gatehouse/protocol/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { LiveDrivers } from "../../core/commands/live-drivers.ts";
import type { CoreChange } from "../../core/core.ts";
import { HealthBoard } from "../../core/health.ts";
import type { LineProtocol } from "../../core/line-ports.ts";
import type { LocalPublish } from "../../core/ports.ts";
import { modelOf } from "../../core/state.ts";
import { DeviceBook } from "../../monitor/device-book.ts";
import { LineTaps } from "../../monitor/line-taps.ts";
import { LogRing } from "../../monitor/log-ring.ts";
import { CoreRun } from "../../testing/core-run.ts";
import { MemoryLog } from "../../testing/log.ts";
import { testConfig } from "../../testing/site.ts";
import type { LiveKind, LiveMessage } from "../table/live.ts";
import { LiveMessage as Schema } from "../table/live.ts";
import { GATHER_MS } from "./gather.ts";
import { Jobs } from "./jobs.ts";
import { liveSources } from "./live-sources.ts";

/** Hides all but the first byte, as protocols hide cards. */
const masking: LineProtocol = {
  framing: { maxBytes: 8, look: (bytes) => ({ frame: bytes.length }) },
  describe: () => "",
  hex: () => "01 ··",
};

function open() {
  const run = new CoreRun(testConfig(), "2026-03-02T12:00");
  const clock = new FakeClock(run.nowMs);
  const changed: ((change: CoreChange) => void)[] = [];
  const published = new Set<(publish: LocalPublish) => void>();
  const health = new HealthBoard(clock);
  const book = new DeviceBook(clock, () => true);
  const jobs = new Jobs(clock, new MemoryLog());
  const [taps, logs] = [new LineTaps(), new LogRing()];
  const core = {
    state: run.state,
    model: modelOf(run.state),
    onChange: (listener: (change: CoreChange) => void) => void changed.push(listener),
  };
  const facts = (id: string, protocol: LineProtocol | undefined) =>
    [id, { id, type: "x", link: null, protocol }] as const;
  const driverFacts = new Map([facts("bus", masking), facts("boards", undefined)]);
  const sources = liveSources({
    core,
    drivers: new LiveDrivers(),
    health,
    book,
    jobs,
    taps,
    logs,
    clock,
    driverFacts,
    onPublish: (listener) => {
      published.add(listener);
      return () => published.delete(listener);
    },
  });
  const heard: LiveMessage[] = [];
  const watch = (kind: LiveKind, narrowing = {}) =>
    sources.subscribe(kind, narrowing, (message) => heard.push(Schema.parse(message)));
  const change = (part: Partial<CoreChange>) => {
    for (const listener of changed) listener({ alerts: [], spaces: [], ...part });
  };
  return { run, clock, health, book, jobs, taps, logs, heard, watch, change, changed, published };
}

describe("live sources", () => {
  let box: ReturnType<typeof open>;
  beforeEach(() => {
    box = open();
  });

  it("tell a busy space once in a while, with its latest state", async () => {
    box.watch("spaces");
    for (let n = 0; n < 50; n++) box.change({ spaces: ["F1", "F2", "F1"] });
    expect(box.heard).toEqual([]);
    await box.clock.advance(GATHER_MS);
    expect(box.heard).toHaveLength(1);
    expect(box.heard[0]).toMatchObject({ about: "spaces", spaces: [{ id: "F1" }, { id: "F2" }] });
  });

  it("tell a checkpoint that was visited, or that nobody came to in time, and no other", async () => {
    const patrols = { checkpoints: [{ space: "F1" }, { space: "F2" }] };
    box.run.configure(testConfig({ patrols }));
    box.watch("patrols");
    const fact = { type: "gatehouse.patrol.done", subject: "F2" } as NonNullable<CoreChange["facts"]>[number];
    box.change({ facts: [{ ...fact, type: "gatehouse.residence.return-detected", subject: "F1" }, fact] });
    await box.clock.advance(GATHER_MS);
    expect(box.heard).toMatchObject([{ about: "patrols", patrols: [{ space: "F2", state: "ahead" }] }]);
  });

  it("say what is wrong in the language of the page that watches", async () => {
    box.watch("health", { language: "zh" });
    box.watch("health", { language: "en" });
    box.health.raise("driver-down", "bus", "driver bus: the line is down");
    await box.clock.advance(GATHER_MS);
    expect(box.heard).toMatchObject([
      { codes: [{ code: "driver-down", subject: "bus", detail: "驱动bus：线路不通" }] },
      { codes: [{ code: "driver-down", subject: "bus", detail: "driver bus: the line is down" }] },
    ]);
  });

  it("tell a space whose device went away, and all of a driver that is down", async () => {
    box.watch("spaces");
    box.health.raise("device-offline", "lock-2", "gone");
    await box.clock.advance(GATHER_MS);
    expect(box.heard.at(-1)).toMatchObject({ spaces: [{ id: "F2" }] });
    box.health.raise("driver-down", "mqtt", "gone");
    await box.clock.advance(GATHER_MS);
    expect(box.heard.at(-1)).toMatchObject({ spaces: [{ id: "F1" }, { id: "F2" }] });
  });

  it("tell alerts, health in words, and jobs", async () => {
    for (const kind of ["alerts", "health", "jobs"] as const) box.watch(kind);
    box.run.say("lock-1", "door.forced");
    box.change({ alerts: box.run.events });
    box.health.raise("storage-full", "disk", "no room");
    box.jobs.begin("scan", "wang", { en: "a", zh: "b" }, async () => ({ says: { en: "over", zh: "完" } }));
    await box.clock.advance(GATHER_MS);
    const about = new Map(box.heard.map((message) => [message.about, message]));
    expect(about.get("alerts")).toMatchObject({ alerts: [{ kind: "door-forced" }] });
    expect(about.get("health")).toMatchObject({
      codes: [{ code: "storage-full", fix: { zh: expect.stringMatching(/\p{Script=Han}/u) } }],
    });
    expect(about.get("jobs")).toMatchObject({ jobs: [{ state: "done" }] });
  });

  it("tell readings and MQTT messages of one device, never a card number", async () => {
    box.watch("readings", { device: "lock-1" });
    const accept = box.book.watched(async () => []);
    await accept([
      { device: "lock-1", kind: "access.granted", credential: "04A1B2C3D4" },
      { device: "lock-2", kind: "door.opened" },
    ]);
    const payload = (value: unknown) => Buffer.from(JSON.stringify(value));
    const topic = "gatehouse/1/lock-1/readings";
    for (const publish of [
      payload([{ kind: "access.granted", credential: "04A1B2C3D4", more: { pin: 1234, uid: "04A1B2C3D4" } }]),
      Buffer.from("card 04A1B2C3D4"),
      Buffer.from([0x04, 0xa1, 0xb2, 0xc3]),
    ])
      for (const listener of box.published) listener({ client: "lock-1", topic, payload: publish, qos: 1 });
    for (const listener of box.published) listener({ client: "lock-2", topic, payload: payload({}), qos: 1 });
    await box.clock.advance(GATHER_MS);
    expect(JSON.stringify(box.heard)).not.toMatch(/04A1B2C3D4|1234/);
    const [readings, mqtt] = ["readings", "mqtt"].map((about) => box.heard.find((message) => message.about === about));
    expect(readings).toMatchObject({
      readings: [{ device: "lock-1", card: true, meaning: { en: "a card or key was let in" } }],
    });
    expect(mqtt).toMatchObject({ messages: [{ device: "lock-1" }, {}, {}] });
    expect(mqtt).not.toHaveProperty("messages.3");
  });

  it("tell what is said on a line while somebody looks, and nothing after", async () => {
    const end = box.watch("line", { line: "bus" });
    const say = () => box.taps.tapFor("bus")({ atMs: 0, direction: "tx", bytes: Uint8Array.of(1, 2) });
    say();
    await box.clock.advance(GATHER_MS);
    expect(box.heard).toMatchObject([{ about: "line", driver: "bus", lines: [{ way: "->", hex: "01 ··" }] }]);
    say();
    end();
    say();
    await box.clock.advance(GATHER_MS);
    expect(box.heard).toHaveLength(1);
  });

  it("tell nothing of a line whose protocol masks nothing: cards would be seen in its bytes", async () => {
    box.watch("line", { line: "boards" });
    box.taps.tapFor("boards")({ atMs: 0, direction: "rx", bytes: Uint8Array.of(0xa2, 0x98, 0x7c, 0x00) });
    await box.clock.advance(GATHER_MS);
    expect(box.heard).toEqual([]);
  });

  it("tell log lines without secrets, and of a flood the latest", async () => {
    box.watch("logs");
    const line = (fields: object) => box.logs.write(JSON.stringify({ level: 40, time: 0, msg: "x", ...fields }));
    for (let n = 0; n < 1_000; n++) line({ n, password: "hidden" });
    await box.clock.advance(GATHER_MS);
    const [message] = box.heard;
    expect(message?.about === "logs" && message.lines.length).toBe(400);
    expect(message).toMatchObject({
      lines: expect.arrayContaining([expect.objectContaining({ n: 1_000, level: "warn" })]),
    });
    line({ code: "PRJP4-8R38W", link: "https://x/#/?claim=PRJP4-8R38W" });
    expect(JSON.stringify(box.logs.lines)).not.toMatch(/hidden|PRJP4/);
  });

  it("listen to the core once, however many pages come and go", () => {
    for (let n = 0; n < 20; n++) for (const kind of ["spaces", "alerts", "prompts"] as const) box.watch(kind)();
    expect(box.changed).toHaveLength(1);
  });
});
