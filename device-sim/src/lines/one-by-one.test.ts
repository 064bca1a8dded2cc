import { expect, test } from "vitest";
import type { SimEvent } from "../devices/device.ts";
import { oneByOne } from "./one-by-one.ts";

test("who comes while somebody is in the doorway waits, in order; what is no walk does not", () => {
  const seen: string[] = [];
  const door = oneByOne({
    id: "door",
    hear: () => [],
    act: (event, nowMs) => seen.push(`${nowMs} ${event.kind === "walk" ? event.direction : event.kind}`),
  });
  const walk = (direction: "in" | "out"): SimEvent => ({ kind: "walk", direction, speedMmPerS: 1_000 });
  door.act(walk("in"), 0);
  door.act(walk("out"), 10);
  door.act(walk("in"), 20);
  door.act({ kind: "fire", on: true }, 30);
  for (let ms = 100; ms <= 5_000; ms += 100) door.tick?.(ms);
  door.act(walk("out"), 6_000);
  expect(seen).toEqual(["0 in", "30 fire", "1000 out", "2000 in", "6000 out"]);
});
