/** The Sparkplug driver: messages a second of processor alone, and with Mosquitto and edge nodes in another process, as far as the driver's readings. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { writePayload } from "@gatehouse/device-sim";
import { type Device, systemClock } from "@gatehouse/protocol";
import { type Accept, driverTypes, FoundList, HealthBoard, type LocalBroker } from "gatehouse";
import { bareDeps, MemoryLog } from "gatehouse/testing";
import { startMosquitto } from "../support/mosquitto.ts";

const NODES = 8;
const CHILD = fileURLToPath(new URL("sparkplug-load.ts", import.meta.url));

function openDriver(config: object, accept: Accept, broker: Pick<LocalBroker, "onPublish" | "publish">) {
  const row = driverTypes.find(({ type }) => type === "sparkplug");
  if (row === undefined) throw new RangeError("there is no driver type sparkplug");
  const devices = Array.from({ length: NODES }, (_, n): Device => {
    return { id: `door-${n}`, kind: "contact", driver: "bench", reversed: false, address: `Bench/node-${n}/door` };
  });
  const given = {
    clock: systemClock,
    log: new MemoryLog(),
    accept,
    health: new HealthBoard(systemClock),
    devices,
    broker,
    ...bareDeps(),
    found: new FoundList(),
  };
  const driver = row.create("bench", row.config.parse(config) as never, given);
  const stop = new AbortController();
  const ended = driver.run(stop.signal);
  return {
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}

const rate = (messages: number, startMs: number) => Math.round((messages * 1_000) / (performance.now() - startMs));

/** Bytes of an edge node to readings, in this process alone. */
async function processor(messages: number): Promise<number> {
  let hear: Parameters<LocalBroker["onPublish"]>[0] = () => undefined;
  let readings = 0;
  const broker: Pick<LocalBroker, "onPublish" | "publish"> = {
    onPublish: (handler) => {
      hear = handler;
      return () => {};
    },
    publish: () => Promise.resolve(),
  };
  const accept: Accept = (items) => {
    readings += items.length;
    return Promise.resolve([]);
  };
  const driver = openDriver({}, accept, broker);
  await new Promise((resolve) => setImmediate(resolve));
  const say = (topic: string, payload: Buffer) => hear({ client: "edge", topic, payload, qos: 0 });
  const metric = { name: "Door/Open", alias: 1, type: "Boolean", value: false } as const;
  for (let n = 0; n < NODES; n++) {
    const bdSeq = { name: "bdSeq", type: "Int64", value: 0 } as const;
    await say(`spBv1.0/Bench/NBIRTH/node-${n}`, writePayload({ timestamp: 1, seq: 0, metrics: [bdSeq], birth: true }));
    await say(
      `spBv1.0/Bench/DBIRTH/node-${n}/door`,
      writePayload({ timestamp: 1, seq: 1, metrics: [metric], birth: true }),
    );
  }
  const payloads = Array.from({ length: 256 }, (_, seq) => {
    const { name: _name, ...byAlias } = metric;
    const changed = { ...byAlias, timestamp: 1_700_000_000_000 + seq, value: seq % 2 === 0 };
    return writePayload({ timestamp: 1_700_000_000_000, seq, metrics: [changed], birth: false });
  });
  const before = readings;
  const startMs = performance.now();
  for (let sent = 0; sent < messages; sent++) {
    const round = Math.floor(sent / NODES);
    const payload = payloads[(round + 2) & 0xff] as Buffer;
    const done = say(`spBv1.0/Bench/DDATA/node-${sent % NODES}/door`, payload);
    if (sent % 512 === 0) await done;
  }
  await new Promise((resolve) => setImmediate(resolve));
  const perSecond = rate(messages, startMs);
  if (readings - before !== messages) throw new RangeError(`${readings - before} readings of ${messages} messages`);
  await driver.stop();
  return perSecond;
}

/** The same over a real broker: the publishers and the broker take their share of the same machine. */
async function overMosquitto(messages: number): Promise<{ readonly perSecond: number; readonly taken: number }> {
  await using mosquitto = await startMosquitto({ config: ["max_queued_messages 0"] });
  const url = `mqtt://127.0.0.1:${mosquitto.port}`;
  let readings = 0;
  let lastMs = 0;
  const accept: Accept = (items) => {
    readings += items.length;
    lastMs = performance.now();
    return Promise.resolve([]);
  };
  const unused = { onPublish: () => () => {}, publish: () => Promise.resolve() };
  const driver = openDriver({ url }, accept, unused);
  const child = fork(CHILD, [url, String(NODES), String(messages / NODES)]);
  try {
    await once(child, "message");
    while (readings < 2 * NODES) await new Promise((resolve) => setTimeout(resolve, 10));
    const before = readings;
    const startMs = performance.now();
    child.send("go");
    await once(child, "message");
    while (performance.now() - lastMs < 500) await new Promise((resolve) => setTimeout(resolve, 50));
    const taken = readings - before;
    return { perSecond: Math.round((taken * 1_000) / (lastMs - startMs)), taken };
  } finally {
    child.kill("SIGKILL");
    await driver.stop();
  }
}

export async function benchSparkplug(messages: number) {
  await processor(messages / 4);
  const alone = await processor(messages);
  const { perSecond, taken } = await overMosquitto(messages / 2);
  return { messagesPerSecond: alone, overMosquittoPerSecond: perSecond, ofThem: `${taken} of ${messages / 2}` };
}
