/** How fast a backlog leaves over NATS: the bare client, the uplink alone, and the uplink behind store and outbox, on one server. */
import { systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { startNats } from "@gatehouse/town";
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { uplinkTypes } from "gatehouse";
import { openLightGateway, owedItems, testConfig, uplinkDeps } from "gatehouse/testing";
import { tempDir } from "../support/temp-dir.ts";

/** As many as the uplink has under way. */
const WINDOW = 256;
const BATCH = 500;
const STREAM = "BENCH";

export interface NatsDrain {
  readonly messages: number;
  /** The official client with a window of the same size, acknowledged messages a second. */
  readonly barePerSecond: number;
  readonly uplinkPerSecond: number;
  readonly uplinkToBare: number;
  /** With the backlog read from disk and settled there. */
  readonly drainPerSecond: number;
  readonly drainToBare: number;
}

export async function benchNats(messages: number): Promise<NatsDrain> {
  await using server = await startNats();
  const url = `nats://127.0.0.1:${server.port}`;
  const nc = await connect({ servers: `127.0.0.1:${server.port}`, reconnect: false, noAsyncTraces: true });
  const manager = await jetstreamManager(nc);
  await manager.streams.add({ name: STREAM, subjects: ["gatehouse.*.*"] });
  const bare = await bareRate(jetstream(nc), messages);
  await manager.streams.purge(STREAM);
  const uplink = await uplinkRate(url, messages);
  await manager.streams.purge(STREAM);
  const drain = await drainRate(url, manager, messages);
  await nc.close();
  const share = (rate: number) => Number((rate / bare).toFixed(2));
  return {
    messages,
    barePerSecond: Math.round(bare),
    uplinkPerSecond: Math.round(uplink),
    uplinkToBare: share(uplink),
    drainPerSecond: Math.round(drain),
    drainToBare: share(drain),
  };
}

async function bareRate(js: JetStreamClient, messages: number): Promise<number> {
  const [item] = owedItems(1, 1, "telemetry");
  const startedMs = performance.now();
  let next = 0;
  const one = async () => {
    while (next < messages) await js.publish("gatehouse.bare.telemetry", item?.text ?? "", { msgID: `bare-${++next}` });
  };
  await Promise.all(Array.from({ length: WINDOW }, one));
  return (messages * 1_000) / (performance.now() - startedMs);
}

async function uplinkRate(url: string, messages: number): Promise<number> {
  const row = natsRow();
  const stop = new AbortController();
  const uplink = row.create("town", row.config.parse({ servers: [url] }) as never, uplinkDeps(systemClock));
  const ended = uplink.run(stop.signal);
  await uplink.send(owedItems(0, 0, "telemetry"), stop.signal);
  const startedMs = performance.now();
  for (let from = 1; from <= messages; from += BATCH) {
    await uplink.send(owedItems(from, Math.min(messages, from + BATCH - 1), "telemetry"), stop.signal);
  }
  const tookMs = performance.now() - startedMs;
  stop.abort();
  await ended;
  return (messages * 1_000) / tookMs;
}

/** From the first message in the stream to the last. */
async function drainRate(url: string, manager: JetStreamManager, messages: number): Promise<number> {
  using dir = tempDir();
  const row = natsRow();
  const random = new Random("bench");
  let open = false;
  const gateway = await openLightGateway({
    dir: dir.path,
    config: testConfig(),
    clock: systemClock,
    random: () => random.float() / 10,
    // Nobody listens on port 1.
    makeUplink: (deps) =>
      row.create("town", row.config.parse({ servers: [open ? url : "nats://127.0.0.1:1"] }) as never, deps),
  });
  for (let seq = 1; seq <= messages; seq += BATCH) {
    const some = Array.from({ length: Math.min(BATCH, messages - seq + 1) }, (_, i) => seq + i);
    await gateway.accept(
      some.map((n) => ({ device: "count-1", epoch: 1, seq: n, kind: n % 2 ? "count.in" : "count.out" })),
    );
  }
  const owed = await gateway.waiting();
  open = true;
  let [startedMs, before] = [0, 0];
  for (;;) {
    const { state } = await manager.streams.info(STREAM);
    if (startedMs === 0 && state.messages > 0) [startedMs, before] = [performance.now(), state.messages];
    if (state.messages >= owed) break;
    await systemClock.sleep(10);
  }
  const rate = ((owed - before) * 1_000) / (performance.now() - startedMs);
  await gateway.close();
  return rate;
}

function natsRow() {
  const row = uplinkTypes.find(({ type }) => type === "nats");
  if (row === undefined) throw new RangeError("there is no uplink type nats");
  return row;
}
