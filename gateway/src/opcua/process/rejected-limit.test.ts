import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { prune } from "./rejected-limit.ts";

test("the newest certificates stay, the others go", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-test-"));
  for (let i = 0; i < 12; i++) {
    writeFileSync(join(folder, `c${i}.pem`), "x");
    utimesSync(join(folder, `c${i}.pem`), 1_000 + i, 1_000 + i);
  }
  expect(await prune(folder, 10)).toBe(2);
  expect(readdirSync(folder).sort()).not.toContain("c0.pem");
  expect(readdirSync(folder)).toHaveLength(10);
  expect(await prune(folder, 10)).toBe(0);
  rmSync(folder, { recursive: true });
  expect(await prune(folder, 10)).toBe(0);
});
