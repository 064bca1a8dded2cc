import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, systemClock } from "@gatehouse/protocol";
import { afterEach, expect, it } from "vitest";
import { Configuration } from "./configuration.ts";
import { type LookAsked, look, lookHere } from "./look.ts";

const dir = mkdtempSync(join(tmpdir(), "gatehouse-look-"));
afterEach(() => rmSync(dir, { recursive: true }));

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
}, 60_000);
