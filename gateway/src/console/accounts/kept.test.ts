import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { HealthBoard } from "../../core/health.ts";
import { memoryVault } from "../../testing/driver-deps.ts";
import { Kept } from "./kept.ts";

const schema = z.object({ n: z.int() });
const open = (vault: ReturnType<typeof memoryVault>, health = new HealthBoard(new FakeClock())) =>
  Kept.open({ vault, name: "a.json", schema, empty: { n: 0 }, health });

test("what was written is there again, the latest of many at once", async () => {
  const vault = memoryVault();
  const kept = await open(vault);
  await Promise.all([1, 2, 3, 4].map((n) => kept.write({ n })));
  expect((await open(vault)).value).toEqual({ n: 4 });
});

test("one damaged file is mended from the other, two begin empty, and both are told", async () => {
  const vault = memoryVault();
  await (await open(vault)).write({ n: 7 });
  vault.files.set("a.json", Buffer.from('{"n":8}\n123\n'));
  const health = new HealthBoard(new FakeClock());
  expect((await open(vault, health)).value).toEqual({ n: 7 });
  expect(health.entries.map(({ code }) => code)).toEqual(["storage-quarantined"]);
  expect(String(vault.files.get("a.json"))).toContain('{"n":7}');
  vault.files.set("a.json", Buffer.from("x"));
  vault.files.set("a.json.copy", Buffer.from(""));
  expect((await open(vault)).value).toEqual({ n: 0 });
  expect(String(vault.files.get("a.json.damaged"))).toBe("x");
});

test("a disk that refuses once is told to the one who wrote, and the next write goes through", async () => {
  const vault = memoryVault();
  const kept = await open(vault);
  let refusing = true;
  const { write } = vault;
  vault.write = async (name, content) => {
    if (refusing) throw new TypeError("full");
    await write(name, content);
  };
  const first = kept.write({ n: 1 });
  await expect(first).rejects.toThrow("full");
  refusing = false;
  await kept.write({ n: 2 });
  expect((await open(vault)).value).toEqual({ n: 2 });
});
