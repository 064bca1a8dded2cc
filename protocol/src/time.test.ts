import { expect, test } from "vitest";
import { formatDay, formatTime, isTimeZone, localDay, localTimeMs, zoneOffsetMs } from "./time.ts";

const HOUR = 3_600_000;

test.each([
  ["Asia/Shanghai", "2026-11-25T00:00:00Z", 8],
  ["Asia/Kolkata", "2026-11-25T00:00:00Z", 5.5],
  ["America/St_Johns", "2026-01-25T00:00:00Z", -3.5],
  ["UTC", "2026-01-25T00:00:00Z", 0],
  ["Europe/Berlin", "2026-03-29T00:59:59Z", 1],
  ["Europe/Berlin", "2026-03-29T01:00:00Z", 2],
])("%s at %s is %d hours off", (zone, time, hours) => {
  expect(zoneOffsetMs(Date.parse(time), zone)).toBe(hours * HOUR);
});

test("a zone that does not exist is no zone", () => {
  expect(isTimeZone("Asia/Shanghai")).toBe(true);
  expect(isTimeZone("Asia/Shangai")).toBe(false);
  expect(() => zoneOffsetMs(0, "Asia/Shangai")).toThrow(RangeError);
});

test.each([
  ["Asia/Shanghai", "2026-11-25T03:07:04.000+08:00"],
  ["America/St_Johns", "2026-01-24T23:37:04.005-03:30"],
  ["UTC", "2026-11-25T03:07:04.999Z"],
])("time in %s is written with its offset and reads back", (zone, text) => {
  expect(formatTime(Date.parse(text), zone)).toBe(text);
});

test("a local day begins at local midnight", () => {
  const midnight = Date.parse("2026-11-25T00:00:00+08:00");
  expect(formatDay(localDay(midnight, "Asia/Shanghai"))).toBe("2026-11-25");
  expect(formatDay(localDay(midnight - 1, "Asia/Shanghai"))).toBe("2026-11-24");
});

test("days before 1970 have negative numbers", () => {
  expect(localDay(Date.parse("1969-12-31T23:00:00Z"), "UTC")).toBe(-1);
  expect(formatDay(-1)).toBe("1969-12-31");
});

test("03:00 local is found on every day of a year, the days clocks change too", () => {
  for (const zone of ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]) {
    const first = localDay(Date.parse("2026-01-01T12:00:00Z"), zone);
    for (let day = first; day < first + 366; day++) {
      const ms = localTimeMs(day, 180, zone);
      expect([localDay(ms, zone), formatTime(ms, zone).slice(11, 16)]).toEqual([day, "03:00"]);
    }
  }
});

test("a local time that clocks skip falls on the same day", () => {
  const day = localDay(Date.parse("2026-03-29T12:00:00Z"), "Europe/Berlin");
  const ms = localTimeMs(day, 150, "Europe/Berlin");
  expect(localDay(ms, "Europe/Berlin")).toBe(day);
});

test.each(["Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca"])(
  "%s has the runtime's offset in every hour of a year",
  (zone) => {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    const seen = new Set<number>();
    for (let ms = Date.parse("2026-01-01T00:00:00Z"); ms < Date.parse("2027-01-01T00:00:00Z"); ms += HOUR) {
      const offset = zoneOffsetMs(ms, zone);
      const text = new Date(Math.abs(offset)).toISOString().slice(11, 16);
      const told = format.format(ms).replace(/GMT$/, "GMT+00:00");
      expect(told.slice(-9)).toBe(`GMT${offset < 0 ? "-" : "+"}${text}`);
      seen.add(offset);
    }
    expect(seen.size).toBe(2);
  },
);
