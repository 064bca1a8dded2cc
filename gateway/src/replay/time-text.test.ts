import { formatTime, Time } from "@gatehouse/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { TimeReader, TimeWriter } from "./time-text.ts";

const moment = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2060, 0) });
const ZONES = ["Asia/Shanghai", "UTC", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"];

it.each(ZONES)("writes times in %s as the slow way does, minute by minute and across them", (zone) => {
  const writer = new TimeWriter(zone);
  fc.assert(
    fc.property(moment, fc.nat(120_000), (ms, further) => {
      expect(writer.write(ms)).toBe(formatTime(ms, zone));
      expect(writer.write(ms + further)).toBe(formatTime(ms + further, zone));
    }),
    { seed: 3 },
  );
});

it.each(ZONES)("reads back what was written in %s", (zone) => {
  const reader = new TimeReader();
  fc.assert(
    fc.property(moment, (ms) => {
      expect(reader.read(formatTime(ms, zone))).toBe(ms);
    }),
    { seed: 4 },
  );
});

it("takes what the schema takes, and nothing else", () => {
  const reader = new TimeReader();
  const sound = "2026-02-28T23:59:58.123+08:00";
  const broken = fc
    .tuple(fc.nat(sound.length - 1), fc.constantFrom(..."0123456789TZ:.+- x"))
    .map(([at, sign]) => sound.slice(0, at) + sign + sound.slice(at + 1));
  const texts = fc.oneof(broken, fc.constantFrom("2026-02-28T23:59:58Z", "2026-02-28T23:59Z", "2026-02-28", "", sound));
  fc.assert(
    fc.property(texts, (text) => {
      const wanted = Time.safeParse(text).success ? Date.parse(text) : Number.NaN;
      expect(reader.read(text)).toBe(wanted);
    }),
    { numRuns: 2_000, seed: 6 },
  );
});
