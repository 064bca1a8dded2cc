import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, systemClock } from "@gatehouse/protocol";
import { afterAll, expect, it } from "vitest";
import { Configuration } from "./configuration.ts";
import { type LookAsked, look, lookHere } from "./look.ts";

const dir = mkdtempSync(join(tmpdir(), "gatehouse-look-"));
afterAll(() => rmSync(dir, { recursive: true }));

it("a large site file is looked at in a thread of its own, with the same result", async () => {
  const siteFile = join(dir, "site.yaml");
  const rooms = Array.from({ length: 800 }, (_, n) => `  - { id: R${n}, kind: flat, rooms: [{ areaM2: 12 }] }`);
  writeFileSync(
    siteFile,
    `site: { id: s, name: T, kind: rental-compound }\nspaces:\n${rooms.join("\n")}\npolicies: [{ use: cn-sh-rental-2014 }]\n`,
  );
  const configuration = new Configuration({ siteFile, stateDir: dir, clock: systemClock, onChange: () => {} });
  const edits = [{ op: "set", path: "spaces/R7/registered", value: 3 }] as const;
  for (const asked of [
    { kind: "current" },
    { kind: "edits", edits },
    { kind: "text", text: configuration.text.replace("flat", "castle") },
  ] as const satisfies readonly LookAsked[])
    expect(await look(configuration, dir, asked)).toEqual(lookHere(configuration, asked));
  expect((await look(configuration, dir, { kind: "edits", edits })).difference.changes).toMatchObject([
    { path: "spaces/R7/registered", is: 3 },
  ]);
  const nowhere = { kind: "edits", edits: [{ op: "remove", path: "spaces/none" }] } as const;
  await expect(look(configuration, dir, nowhere)).rejects.toThrow(ConfigError);
}, 180_000);

function plain(): Configuration {
  const siteFile = join(dir, "plain.yaml");
  writeFileSync(siteFile, "site: { id: s }\n");
  return new Configuration({ siteFile, stateDir: dir, clock: systemClock, onChange: () => {} });
}

it("a text that is too much to look at is refused, and takes no more than its share meanwhile", async () => {
  const asked = { kind: "check", text: "a: b\n".repeat(40_000) } as const;
  for (const bounds of [
    { memoryMb: 24, patienceMs: 600_000 },
    { memoryMb: 768, patienceMs: 1 },
  ])
    await expect(look(plain(), dir, asked, bounds)).rejects.toThrow("too long or too much memory");
}, 180_000);

it.each([
  ["unknown keys", Array.from({ length: 1_000 }, (_, n) => `k${n}: 1`).join("\n"), 200],
  ["no YAML", "a: b\n".repeat(1_000), 100],
])("of a text in which everything is wrong the first problems are told: %s", async (_, text, told) => {
  expect((await look(plain(), dir, { kind: "check", text })).problems).toHaveLength(told);
});

it("a text nested too deeply is told in one sentence, and not in the program's own", async () => {
  const { problems } = await look(plain(), dir, { kind: "check", text: "[".repeat(19_000) });
  expect(problems).toMatchObject([{ reason: "is nested too deeply", fix: "flatten it" }]);
});
