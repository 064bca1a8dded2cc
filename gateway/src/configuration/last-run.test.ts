import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LastRun } from "./last-run.ts";

it("remembers only what is on disk: a write that fails is tried again with the next start", () => {
  const dir = mkdtempSync(join(tmpdir(), "gatehouse-last-run-"));
  try {
    const lastRun = new LastRun(dir);
    // In the way of the folder.
    writeFileSync(join(dir, "configs"), "");
    expect(() => lastRun.ran("a")).toThrow();
    expect(lastRun.hash).toBeUndefined();
    rmSync(join(dir, "configs"));
    lastRun.ran("a");
    expect(lastRun.hash).toBe("a");
    expect(new LastRun(dir).hash).toBe("a");
  } finally {
    rmSync(dir, { recursive: true });
  }
});
