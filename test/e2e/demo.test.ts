import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { systemClock } from "@gatehouse/protocol";
import { expect, it } from "vitest";
import { GATEHOUSE } from "../support/gateway-process.ts";

it("the demo says what runs and finds both group rentals within a minute, and no other; Ctrl-C ends it", async () => {
  const child = spawn(process.execPath, [GATEHOUSE, "demo"], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  const found = Promise.withResolvers<void>();
  const startedMs = systemClock.monoMs();
  const rentals = () => lines.filter((line) => line.includes("group-rental") && line.includes("raised"));
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    if (rentals().length === 2) found.resolve();
  });
  const exit = once(child, "exit");
  await Promise.race([found.promise, exit, systemClock.sleep(60_000)]);
  const tookMs = systemClock.monoMs() - startedMs;
  child.kill("SIGINT");
  const [code] = (await exit) as [number | null];
  const text = lines.join("\n");
  expect(
    rentals().map((line) => /\d-\d{3}/.exec(line.slice(40))?.[0]),
    text,
  ).toEqual(["3-302", "2-201"]);
  expect(tookMs).toBeLessThan(60_000);
  expect(text).toMatch(/mqtt:\/\/127\.0\.0\.1:\d+/);
  expect(text).toContain("/healthz");
  expect(text).toContain("/status");
  expect(code).toBe(0);
});
