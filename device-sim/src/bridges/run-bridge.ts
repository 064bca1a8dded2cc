/** Runs a simulated Zigbee2MQTT or a device that announces itself at a broker; what happens is said line by line. */
import { ConfigError } from "@gatehouse/protocol";
import { z } from "zod";
import { connectBridge } from "./bridge-client.ts";
import { SimDiscoveredDevice } from "./discovered-device.ts";
import { type Publish, SimZigbeeBridge } from "./zigbee-bridge.ts";
import { ZIGBEE_MODELS, type ZigbeeModel } from "./zigbee-models.ts";

export const SIM_BRIDGES = ["zigbee2mqtt", "discovered"] as const;
export type SimBridgeName = (typeof SIM_BRIDGES)[number];

export interface RunBridgeOptions {
  readonly bridge: SimBridgeName;
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly lines: AsyncIterable<string>;
  readonly signal: AbortSignal;
  tell(told: object): void;
}

const models = Object.keys(ZIGBEE_MODELS) as [ZigbeeModel, ...ZigbeeModel[]];

const Word = z.union([
  z.strictObject({ device: z.enum(models), tell: z.record(z.string(), z.unknown()) }),
  z.strictObject({ device: z.enum(models), rename: z.string().min(1).max(100) }),
  z.strictObject({ device: z.enum(models), remove: z.literal(true) }),
  z.strictObject({ device: z.enum(models), available: z.boolean() }),
  z.strictObject({ device: z.enum(models), jam: z.literal(true) }),
]);
const DiscoveredWord = z.union([
  z.strictObject({ tell: z.strictObject({ open: z.boolean(), battery: z.number(), locked: z.boolean() }).partial() }),
  z.strictObject({ event: z.string().min(1).max(100), user: z.int().optional() }),
  z.strictObject({ available: z.boolean() }),
  z.strictObject({ withdraw: z.literal(true) }),
  z.strictObject({ jam: z.literal(true) }),
]);

interface Bridge {
  readonly subscriptions: readonly string[];
  hear(topic: string, payload: string): Promise<void>;
  begin(): Promise<void>;
  obey(word: unknown): Promise<void>;
}

/** Until the signal aborts, the broker hangs up or there are no more lines. Throws LinkError when the broker does not take it. */
export async function runBridge({ bridge: name, lines, signal, tell, ...account }: RunBridgeOptions): Promise<void> {
  const publish: Publish = (...message) => client.publish(...message);
  const bridge = name === "zigbee2mqtt" ? zigbee(publish) : discovered(publish);
  const hear = (topic: string, payload: string) => {
    tell({ heard: topic, payload });
    bridge.hear(topic, payload).catch(() => {});
  };
  const client = await connectBridge({ ...account, hear });
  const stop = () => client.drop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await client.subscribe(bridge.subscriptions);
    await bridge.begin();
    tell({ ready: name });
    for await (const line of lines) {
      if (line.trim() !== "") await obey(bridge, line, tell);
    }
    await Promise.race([
      client.closed,
      new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true })),
    ]);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    await client.close();
  }
}

async function obey(bridge: Bridge, line: string, tell: (told: object) => void): Promise<void> {
  try {
    await bridge.obey(JSON.parse(line));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError || error instanceof RangeError)) throw error;
    const said = error instanceof z.ZodError ? "is none of its words" : error.message;
    tell({ error: `${line.slice(0, 100)}: ${said}` });
  }
}

const ieeeOf = (model: ZigbeeModel): string => `0x00158d000100000${models.indexOf(model) + 1}`;

function zigbee(publish: Publish): Bridge {
  const bridge = new SimZigbeeBridge({ publish });
  return {
    subscriptions: bridge.subscriptions,
    hear: (topic, payload) => bridge.hear(topic, payload),
    begin: async () => {
      await bridge.begin();
      for (const model of models)
        await bridge.pair({ ieee: ieeeOf(model), name: model, definition: ZIGBEE_MODELS[model] });
    },
    obey: async (given) => {
      const word = Word.parse(given);
      const ieee = ieeeOf(word.device);
      if ("tell" in word) await bridge.tell(ieee, word.tell);
      else if ("rename" in word) await bridge.rename(ieee, word.rename);
      else if ("remove" in word) await bridge.remove(ieee);
      else if ("available" in word) await bridge.available(ieee, word.available);
      else bridge.jammed.add(ieee);
    },
  };
}

function discovered(publish: Publish): Bridge {
  const device = new SimDiscoveredDevice({ id: "sim-lock", name: "Simulated lock", publish });
  return {
    subscriptions: device.subscriptions,
    hear: (topic, payload) => device.hear(topic, payload),
    begin: () => device.announce(),
    obey: async (given) => {
      const word = DiscoveredWord.parse(given);
      if ("tell" in word) await device.tell(withoutUndefined(word.tell));
      else if ("event" in word) await device.happen(word.event, word.user);
      else if ("available" in word) await device.available(word.available);
      else if ("withdraw" in word) await device.withdraw();
      else device.jammed = true;
    },
  };
}

function withoutUndefined<Fields extends object>(
  fields: Fields,
): { [K in keyof Fields]: Exclude<Fields[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

export function bridgeName(text: string): SimBridgeName {
  const found = SIM_BRIDGES.find((name) => name === text);
  if (found !== undefined) return found;
  throw new ConfigError({
    path: "--bridge",
    reason: `"${text}" is unknown`,
    fix: `there are ${SIM_BRIDGES.join(", ")}`,
  });
}
