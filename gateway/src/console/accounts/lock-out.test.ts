import { expect, test } from "vitest";
import { type Attempt, addressKey, deviceCookie, deviceOf, LockOut } from "./lock-out.ts";

const stranger = (address: string, account = "wang"): Attempt => ({
  account,
  address,
  device: undefined,
  addressKnown: false,
});

test("five failures cost nothing but the last a pause, which doubles up to a quarter of an hour", () => {
  const lockOut = new LockOut();
  const pauses = Array.from({ length: 12 }, () => lockOut.failed(stranger("192.0.2.9"), 0));
  expect(pauses.slice(0, 7)).toEqual([0, 0, 0, 0, 30_000, 60_000, 120_000]);
  expect(Math.max(...pauses)).toBe(900_000);
});

test("one stranger makes nobody else wait", () => {
  const lockOut = new LockOut();
  for (let i = 0; i < 50; i++) lockOut.failed(stranger("192.0.2.9"), 0);
  expect(lockOut.waitMs(stranger("192.0.2.9"), 0)).toBeGreaterThan(0);
  expect(lockOut.waitMs(stranger("192.0.2.10"), 0)).toBe(0);
});

test("a crowd makes strangers wait, and not the devices and addresses the account signed in from", () => {
  const lockOut = new LockOut();
  for (let i = 0; i < 400; i++) lockOut.failed(stranger(`10.0.${i >> 8}.${i & 255}`), 0);
  expect(lockOut.waitMs(stranger("192.0.2.1"), 0)).toBeGreaterThan(0);
  expect(lockOut.waitMs({ ...stranger("192.0.2.1"), device: "d1" }, 0)).toBe(0);
  expect(lockOut.waitMs({ ...stranger("192.0.2.1"), addressKnown: true }, 0)).toBe(0);
  expect(lockOut.waitMs(stranger("192.0.2.1", "li"), 0)).toBe(0);
});

test("an address that tries many names waits for all of them", () => {
  const lockOut = new LockOut();
  for (let i = 0; i < 20; i++) lockOut.failed(stranger("192.0.2.9", `name${i}`), 0);
  expect(lockOut.waitMs(stranger("192.0.2.9", "another"), 0)).toBeGreaterThan(0);
});

test("a known device that fails waits by itself; success forgives", () => {
  const lockOut = new LockOut();
  const device = { ...stranger("192.0.2.1"), device: "d1" };
  for (let i = 0; i < 5; i++) lockOut.failed(device, 0);
  expect(lockOut.waitMs(device, 0)).toBe(30_000);
  expect(lockOut.waitMs({ ...device, device: "d2" }, 0)).toBe(0);
  lockOut.succeeded(device);
  expect(lockOut.waitMs(device, 0)).toBe(0);
});

test("memory is bounded, and those who pause are kept longest", () => {
  const lockOut = new LockOut();
  for (let i = 0; i < 6; i++) lockOut.failed(stranger("192.0.2.9"), 0);
  for (let i = 0; i < 20_000; i++) lockOut.failed(stranger(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, `n${i}`), 0);
  expect(lockOut.waitMs(stranger("192.0.2.9"), 0)).toBe(60_000);
  expect(lockOut.size).toBeLessThanOrEqual(5_000);
});

test("an IPv6 host is its network, an IPv4 host in IPv6 itself", () => {
  expect(addressKey("::ffff:192.0.2.7")).toBe("192.0.2.7");
  expect(addressKey("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
  expect(addressKey("2001:db8:1:2::9")).toBe(addressKey("2001:0db8:0001:0002:ffff::1"));
  expect(addressKey("fe80::1%eth0")).toBe("fe80:0:0:0::/64");
  expect(addressKey("::1")).toBe("0:0:0:0::/64");
});

test("a device cookie is good for its account and this box alone", () => {
  const key = Buffer.alloc(32, 1);
  const cookie = deviceCookie(key, "wang", "d1");
  expect(deviceOf(key, "wang", cookie)).toBe("d1");
  expect(deviceOf(key, "li", cookie)).toBeUndefined();
  expect(deviceOf(Buffer.alloc(32, 2), "wang", cookie)).toBeUndefined();
  expect(deviceOf(key, "wang", cookie.replace("d1", "d2"))).toBeUndefined();
  expect([undefined, "", ".", "d1.", "d1"].map((text) => deviceOf(key, "wang", text))).toEqual(
    Array(5).fill(undefined),
  );
});
