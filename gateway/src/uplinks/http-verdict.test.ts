import { LinkError, RejectedError } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { judgeStatus } from "./http-verdict.ts";

const url = new URL("https://city.example/in");
const NOW = Date.UTC(2026, 0, 5);
const verdict = (status: number, headers: Record<string, string> = {}): unknown => {
  try {
    return judgeStatus({ status, contentType: "text/plain", headers, text: "" }, url, NOW);
  } catch (error) {
    return error;
  }
};

describe("the verdict on a status", () => {
  it.each([200, 202, 204])("%i is fine", (status) => expect(verdict(status)).toBeUndefined());
  it.each([400, 413, 422])("%i refuses the batch", (status) => expect(verdict(status)).toBeInstanceOf(RejectedError));
  it.each([301, 401, 403, 404, 407, 429, 500, 502, 503, 511])("%i keeps everything", (status) =>
    expect(verdict(status)).toBeInstanceOf(LinkError),
  );

  it.each([
    ["7", 7_000],
    ["86400", 60_000],
    [new Date(NOW + 20_000).toUTCString(), 20_000],
    [new Date(NOW - 20_000).toUTCString(), undefined],
    ["soon", undefined],
    ["-3", undefined],
  ])("Retry-After: %s is %s ms", (value, ms) =>
    expect(verdict(503, { "retry-after": value })).toMatchObject({ notBeforeMs: ms }),
  );

  it("tells a clock that is off from a key that is wrong", () => {
    const date = (offMs: number) => ({ date: new Date(NOW + offMs).toUTCString() });
    expect(String(verdict(401, date(3_600_000)))).toContain("3600 s behind the platform's");
    expect(String(verdict(401, date(-3_600_000)))).toContain("3600 s ahead of the platform's");
    expect(String(verdict(401, date(1_000)))).toContain("check `sign` and its key");
  });
});
