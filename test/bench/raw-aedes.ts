/** The baseline: what aedes alone acknowledges, QoS 1, with the load generator and the broker each in a process of its own. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type LoadResult, spawnLoad } from "@gatehouse/device-sim";
import { connectAsync } from "mqtt";

export interface RawAedesOptions {
  /** Default 386. */
  readonly devices?: number;
  /** Publishes in flight for each device; default 8. */
  readonly window?: number;
  /** Default 10. */
  readonly seconds?: number;
  /** Default as fast as the broker acknowledges. */
  readonly ratePerSecond?: number;
  /** With one subscriber to everything, in the calling process: what reaches it counts. */
  readonly echo?: boolean;
}

export interface RawAedesResult {
  /** Acknowledged publishes a second; with `echo` those that reached the subscriber. */
  readonly messagesPerSecond: number;
  /** From publish to PUBACK. */
  readonly latencyMs: LoadResult["latencyMs"];
}

export async function benchRawAedes(options: RawAedesOptions = {}): Promise<RawAedesResult> {
  const { devices = 386, window = 8, seconds = 10, ratePerSecond, echo = false } = options;
  const broker = fork(fileURLToPath(new URL("./raw-aedes-broker.ts", import.meta.url)));
  try {
    const [{ port }] = (await once(broker, "message")) as [{ readonly port: number }];
    const url = `mqtt://127.0.0.1:${port}`;
    const subscriber = echo ? await subscribeToAll(url) : undefined;
    const ids = Array.from({ length: devices }, (_, index) => `count-${index + 1}`);
    const result = await spawnLoad({ url, devices: ids, window, seconds, ratePerSecond }).result;
    const received = await subscriber?.end();
    const messagesPerSecond = received === undefined ? result.perSecond : received / result.seconds;
    return { messagesPerSecond, latencyMs: result.latencyMs };
  } finally {
    broker.disconnect();
    await once(broker, "exit");
  }
}

async function subscribeToAll(url: string) {
  const client = await connectAsync(url);
  let received = 0;
  client.on("message", () => {
    received += 1;
  });
  await client.subscribeAsync("gatehouse/1/+/readings", { qos: 0 });
  return {
    end: async () => {
      await client.endAsync(true);
      return received;
    },
  };
}
