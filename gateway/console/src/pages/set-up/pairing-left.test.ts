import { expect, test } from "vitest";
import { minutesLeft } from "./pairing-left.ts";

// A box whose calendar is another one than the browser's.
const open = { open: true, until: "2001-01-01T00:15:00.000Z", leftSeconds: 600, seen: [] };

test("how long the window is open is what the box says, whatever the clock on the desk says", () => {
  expect(minutesLeft(open, 0)).toBe(10);
  expect(minutesLeft(open, 90_000)).toBe(8.5);
  expect(minutesLeft({ ...open, leftSeconds: 1_800 }, 0)).toBe(30);
});

test("a window that is closed, has ended meanwhile or is not known is not opened again", () => {
  expect(minutesLeft(open, 600_000)).toBe(0);
  expect(minutesLeft(open, 700_000)).toBe(0);
  expect(minutesLeft({ open: false, until: null, leftSeconds: 0, seen: [] }, 0)).toBe(0);
  expect(minutesLeft(undefined, 0)).toBe(0);
});
