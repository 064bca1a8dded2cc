/** The examples in docs/devices/ and docs/integrations/ are ones the gateway would start with. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { tempDir } from "../support/temp-dir.ts";
import { files, read, root } from "./tree.ts";

interface Example {
  readonly drivers?: readonly object[];
  readonly accounts?: readonly object[];
  readonly devices?: readonly { readonly space?: string; readonly portal?: string }[];
}

const examples = files
  .filter((path) => /^docs\/(devices|integrations)\/.*\.md$/.test(path))
  .flatMap((path) =>
    Array.from(read(path).matchAll(/^```yaml\n([\s\S]*?)^```/gm), ([, text = ""], index) => ({
      name: `${path}, example ${index + 1}`,
      example: parse(text) as Example,
    })),
  )
  .filter(({ example }) => Array.isArray(example?.drivers) && Array.isArray(example?.devices));

/** The spaces and doors an example's devices speak of. */
function siteAround({ drivers, devices = [], accounts = [] }: Example): object {
  const named = (key: "space" | "portal") => [...new Set(devices.flatMap((device) => device[key] ?? []))];
  const space = (id: string) => ({ id, kind: "flat", limit: { persons: 4, basis: "example" } });
  return {
    site: { id: "example", name: "example", kind: "rental-compound", address: { code: "1", grid: "unowned" } },
    spaces: [...named("space"), "behind"].map(space),
    portals: named("portal").map((id) => ({ id, kind: "door", from: "outside", to: "behind" })),
    drivers,
    devices,
    accounts,
    policies: [],
  };
}

test("there are examples", () => {
  expect(examples.length).toBeGreaterThan(1);
});

test.each(examples)("$name is right", ({ example }) => {
  using folder = tempDir();
  const file = join(folder.path, "site.yaml");
  writeFileSync(file, stringify(siteAround(example)));
  const check = spawnSync(process.execPath, ["gateway/bin/gatehouse.js", "check", "--no-secrets", file], {
    cwd: root,
    encoding: "utf8",
  });
  expect({ status: check.status, said: check.stderr }).toEqual({ status: 0, said: "" });
});
