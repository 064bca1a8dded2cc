/** People at a narrow door: where the world's time is fast they come all at once, and pass one after the other all the same. */
import type { SimDevice, SimEvent, Walk } from "../devices/device.ts";

/** From the approach to the second beam, and a body's depth. */
const WAY_MM = 680;
/** Between one who is through and the next one. */
const APART_MS = 300;
const SPEED_MM_PER_S = 1_200;

type Walking = { readonly kind: "walk" } & Walk;

export function oneByOne(device: SimDevice): SimDevice {
  const waiting: Walking[] = [];
  let clearMs = Number.NEGATIVE_INFINITY;

  function begin(walk: Walking, nowMs: number): void {
    clearMs = nowMs + (WAY_MM * 1_000) / (walk.speedMmPerS ?? SPEED_MM_PER_S) + APART_MS;
    device.act(walk, nowMs);
  }

  return {
    id: device.id,
    ...(device.tickMs === undefined ? {} : { tickMs: device.tickMs }),
    hear: (...heard) => device.hear(...heard),
    tick: (nowMs) => {
      const next = nowMs < clearMs ? undefined : waiting.shift();
      if (next !== undefined) begin(next, nowMs);
      return device.tick?.(nowMs) ?? [];
    },
    act: (event: SimEvent, nowMs) => {
      if (event.kind !== "walk") device.act(event, nowMs);
      else if (waiting.length > 0 || nowMs < clearMs) waiting.push(event);
      else begin(event, nowMs);
    },
  };
}
