/** Times in the site's zone, lengths in words. */
import { expect, test } from "vitest";
import { formatLength, formatTime } from "./time.ts";

test("a time is that of the site, wherever the reader sits", () => {
  expect(formatTime("2026-11-25T18:30:00Z", "zh", "Asia/Shanghai")).toBe("2026/11/26 02:30");
  expect(formatTime("2026-11-25T18:30:00Z", "en", "Asia/Shanghai")).toBe("26/11/2026, 02:30");
  expect(formatTime("2026-11-25T16:00:00Z", "zh", "Asia/Shanghai")).toBe("2026/11/26 00:00");
  expect(formatTime("no time", "en", "Asia/Shanghai")).toBe("no time");
});

test.each([
  [30_000, "0 min"],
  [5 * 60_000, "5 min"],
  [90 * 60_000, "1 h 30 min"],
  [5.5 * 3_600_000, "5 h"],
  [26 * 3_600_000, "1 d 2 h"],
  [-26 * 3_600_000, "1 d 2 h"],
  [9 * 86_400_000, "9 d"],
])("%d ms is %s", (ms, said) => {
  expect(formatLength(ms, "en")).toBe(said);
});
