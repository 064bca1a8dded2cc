/** How fast uplinks drain beside the bare client library against the same platform in the same run, and what a signature costs. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog, startCity } from "@gatehouse/device-sim";
import { createSigner, signedText, systemClock, uplinkTopic } from "@gatehouse/protocol";
import { uplinkTypes } from "gatehouse";
import { owedItems, TEST_GATEWAY, uplinkDeps } from "gatehouse/testing";
import mqtt from "mqtt";

const BATCH = 500;
const WINDOW = 256;
const PORT = { host: "127.0.0.1", port: 0 };
const never = new AbortController().signal;

export interface UplinkBench {
  readonly httpsPerSecond: number;
  readonly bareHttpPerSecond: number;
  readonly mqttPerSecond: number;
  readonly bareMqttPerSecond: number;
  /** µs for the hash and signature of one batch of 500 events, by algorithm. */
  readonly signMicros: Readonly<Record<string, number>>;
  readonly batchBytes: number;
}

export async function benchUplinks({ items }: { readonly items: number }): Promise<UplinkBench> {
  const batches = Array.from({ length: Math.ceil(items / BATCH) }, (_, i) =>
    owedItems(i * BATCH + 1, (i + 1) * BATCH, "telemetry"),
  );
  const count = batches.length * BATCH;
  const perSecond = async (work: () => Promise<void>) => {
    const startedMs = systemClock.monoMs();
    await work();
    return Math.round((count * 1_000) / (systemClock.monoMs() - startedMs));
  };
  const city = () => startCity({ http: PORT, mqtt: PORT, record: "counts", clock: systemClock, log: silentLog });
  await using stack = new AsyncDisposableStack();
  const [first, second] = [await city(), await city()];
  stack.defer(() => first.close());
  stack.defer(() => second.close());

  const drain = async (type: "https" | "mqtt", url: string | undefined) => {
    const row = uplinkTypes.find((candidate) => candidate.type === type);
    const uplink = row?.create("city", row.config.parse({ url }) as never, uplinkDeps(systemClock));
    if (uplink === undefined) throw new RangeError(`there is no uplink type ${type}`);
    const stop = new AbortController();
    const ended = uplink.run(stop.signal).catch(() => {});
    const rate = await perSecond(async () => {
      for (const batch of batches) await uplink.send(batch, never);
    });
    stop.abort();
    await ended;
    return rate;
  };
  const httpsPerSecond = await drain("https", first.httpUrl);
  const bareHttpPerSecond = await perSecond(() => bareHttp(new URL(second.httpUrl ?? ""), batches));
  const mqttPerSecond = await drain("mqtt", first.mqttUrl);
  const bareMqttPerSecond = await perSecond(() => bareMqtt(second.mqttUrl ?? "", batches));
  const body = Buffer.from(`[${(batches[0] ?? []).map(({ text }) => text).join(",")}]`);
  const signMicros = await signing(body);
  return { httpsPerSecond, bareHttpPerSecond, mqttPerSecond, bareMqttPerSecond, signMicros, batchBytes: body.length };
}

type Batches = readonly (readonly { readonly text: string }[])[];

async function bareHttp(url: URL, batches: Batches): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const headers = { "content-type": "application/cloudevents-batch+json" };
  for (const batch of batches) {
    await new Promise<void>((resolve, reject) => {
      const post = request(url, { method: "POST", agent, headers }, (response) => response.resume().on("end", resolve));
      post.on("error", reject);
      post.end(`[${batch.map(({ text }) => text).join(",")}]`);
    });
  }
  agent.destroy();
}

async function bareMqtt(url: string, batches: Batches): Promise<void> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
  const topic = uplinkTopic.up(TEST_GATEWAY, "telemetry");
  const texts = batches.flat().map(({ text }) => text);
  let next = 0;
  const one = async () => {
    for (let i = next++; i < texts.length; i = next++) await client.publishAsync(topic, texts[i] ?? "", { qos: 1 });
  };
  await Promise.all(Array.from({ length: WINDOW }, one));
  await client.endAsync();
}

async function signing(body: Buffer): Promise<Record<string, number>> {
  const dir = mkdtempSync(join(tmpdir(), "gatehouse-bench-"));
  const file = join(dir, "sm2.key");
  spawnSync("openssl", ["genpkey", "-algorithm", "SM2", "-out", file]);
  const secret = Buffer.alloc(32, 7);
  const keys = { "hmac-sha256": secret, "hmac-sm3": secret, sm2: readFileSync(file) } as const;
  rmSync(dir, { recursive: true });
  const micros: Record<string, number> = {};
  const stamp = { keyId: "bench", time: "2026-01-05T00:00:00.000Z", nonce: "abcdefghijklmnop" };
  for (const [alg, key] of Object.entries(keys) as [keyof typeof keys, Buffer][]) {
    const signer = await createSigner(alg, key);
    const once = () => signer.sign(Buffer.from(signedText(alg, { method: "POST", target: "/ingest", body }, stamp)));
    for (let i = 0; i < 20; i++) once();
    const startedMs = systemClock.monoMs();
    for (let i = 0; i < 100; i++) once();
    micros[alg] = Math.round((systemClock.monoMs() - startedMs) * 10);
  }
  return micros;
}

if (import.meta.main) console.log(JSON.stringify(await benchUplinks({ items: Number(process.argv[2] ?? 50_000) })));
