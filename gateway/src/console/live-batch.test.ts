import { expect, test } from "vitest";
import { LiveBatch } from "./live-batch.ts";
import type { LiveMessage } from "./table/live.ts";

const device = (id: string, online: boolean) => ({ id, online, lastSeenAt: null });
const line = (driver: string, hex: string): LiveMessage => ({
  about: "line",
  driver,
  lines: [{ at: "", way: "->", hex, says: "" }],
});

test("of a thing that changes twice the latest state goes out, of lines each, by driver", () => {
  const batch = new LiveBatch();
  batch.add({ about: "devices", devices: [device("a", true), device("b", true)] });
  batch.add({ about: "devices", devices: [device("a", false)] });
  batch.add(line("rs485", "01"));
  batch.add(line("osdp", "02"));
  batch.add(line("rs485", "03"));
  const taken = batch.take();
  expect(taken).toContainEqual({ about: "devices", devices: [device("a", false), device("b", true)] });
  const hexes = taken.flatMap((each) =>
    each.about === "line" ? [[each.driver, ...each.lines.map(({ hex }) => hex)]] : [],
  );
  expect(hexes).toEqual([
    ["rs485", "01", "03"],
    ["osdp", "02"],
  ]);
  expect([batch.isEmpty, batch.take()]).toEqual([true, []]);
});

test("however much is said while nobody reads, little is kept", () => {
  const batch = new LiveBatch();
  for (let i = 0; i < 10_000; i++) batch.add(line("rs485", String(i)));
  const [message] = batch.take();
  if (message?.about !== "line") throw new TypeError("no line");
  expect(message.lines).toHaveLength(500);
  expect(message.lines.at(-1)?.hex).toBe("9999");
});
