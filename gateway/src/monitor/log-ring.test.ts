import { expect, it } from "vitest";
import { LogRing } from "./log-ring.ts";

const SECRETS = {
  password: "hunter2",
  auth: { user: "li", password: "hunter2", more: [{ apiToken: "hunter2", port: 1883 }] },
  err: { message: "refused", cause: { options: { headers: { Authorization: "hunter2" } } } },
};

it("shows no secret of a line, however deep it lies, and all the rest", () => {
  const ring = new LogRing();
  const heard: unknown[] = [];
  ring.onLine((line) => heard.push(line));
  ring.write(JSON.stringify({ level: 30, time: 0, msg: "connecting", link: "mqtt://a", ...SECRETS }));
  const all = JSON.stringify([ring.lines, heard]);
  expect(all).not.toContain("hunter2");
  expect(ring.lines[0]?.fields).toEqual({
    link: "mqtt://a",
    password: "…",
    auth: { user: "li", password: "…", more: [{ apiToken: "…", port: 1883 }] },
    err: { message: "refused", cause: { options: { headers: { Authorization: "…" } } } },
  });
});

it("hides the claim code wherever it stands in the line that tells it", () => {
  const ring = new LogRing();
  ring.write(
    JSON.stringify({ level: 30, msg: "waits", link: "https://box/?claim=ABC", code: "ABC", to: { code: "ABC" } }),
  );
  expect(JSON.stringify(ring.lines)).not.toContain("ABC");
});

it("does not follow a line without end into its depth", () => {
  const ring = new LogRing();
  ring.write(`{"level":30,"msg":"deep","a":${"[".repeat(1_500)}"x"${"]".repeat(1_500)}}`);
  expect(JSON.stringify(ring.lines[0]?.fields).length).toBeLessThan(100);
});
