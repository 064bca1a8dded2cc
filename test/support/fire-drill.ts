/** Fires one after another: from the word of the fire input to the command at the last lock. */
import { systemClock } from "@gatehouse/protocol";
import type { MqttClient } from "mqtt";
import { FIRE_INPUT, fireDoors } from "./fire-site.ts";
import { type ObeyingDevice, obeyingDevice } from "./obeying-device.ts";
import { type Rig, readingsTopic } from "./rig.ts";

export interface FireDrill extends AsyncDisposable {
  /** Ms from the publish to the last door's unlock. */
  fire(): Promise<number>;
  /** The input falls; resolves when the last door is told to lock. */
  over(): Promise<void>;
  /** Panel and doors tell something that the gateway has yet to write down. */
  chatter(): void;
  readonly doors: readonly ObeyingDevice[];
}

const PATIENCE_MS = 5_000;

export async function openFireDrill(rig: Rig, doorCount: number): Promise<FireDrill> {
  const panel: MqttClient = await rig.device(FIRE_INPUT);
  const told = new Map<string, () => void>();
  const doors: ObeyingDevice[] = [];
  for (const id of fireDoors(doorCount))
    doors.push(
      await obeyingDevice(rig.url, id, async ({ action }) => {
        told.get(`${action} ${id}`)?.();
        return { ok: true };
      }),
    );
  const all = (action: string) =>
    Promise.all(
      fireDoors(doorCount).map(
        (id) =>
          new Promise<void>((resolve, reject) => {
            const key = `${action} ${id}`;
            const cancel = systemClock.after(PATIENCE_MS, () =>
              reject(new Error(`${key} not within ${PATIENCE_MS} ms`)),
            );
            told.set(key, () => {
              cancel();
              resolve();
            });
          }),
      ),
    );
  const epoch = systemClock.nowMs();
  let seq = 0;
  const say = (kind: string) => {
    seq += 1;
    panel.publish(readingsTopic(FIRE_INPUT), JSON.stringify({ kind, epoch, seq }), { qos: 1 });
  };
  return {
    doors,
    chatter() {
      for (const kind of ["tamper.on", "tamper.off"]) say(kind);
      for (const door of doors) door.say("door.opened");
    },
    async fire() {
      const told = all("unlock");
      const fromMs = systemClock.monoMs();
      say("fire.on");
      await told;
      return systemClock.monoMs() - fromMs;
    },
    async over() {
      const told = all("lock");
      say("fire.off");
      await told;
    },
    async [Symbol.asyncDispose]() {
      for (const door of doors) await door[Symbol.asyncDispose]();
    },
  };
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

export const spread = (values: readonly number[]): string =>
  [0.5, 0.99, 1].map((q) => `${q === 1 ? "max" : `p${q * 100}`} ${quantile(values, q).toFixed(1)}`).join(", ");
