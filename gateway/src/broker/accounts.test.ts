import { describe, expect, it } from "vitest";
import { type BrokerAccount, createDoor, isLoopback } from "./accounts.ts";

const accounts = new Map<string, BrokerAccount>([
  ["lock-302", { password: Buffer.from("secret"), role: "device" }],
  ["count-302", { password: undefined, role: "device" }],
  ["dashboard", { password: Buffer.from("look"), role: "tool" }],
]);

describe("the door", () => {
  const closed = createDoor(accounts, false);
  const open = createDoor(accounts, true);
  const attempt = (user: string | undefined, password?: string, loopback = true) => ({
    user,
    password: password === undefined ? undefined : Buffer.from(password),
    loopback,
  });

  it("lets in who knows the password, in the account's own role", () => {
    expect(closed(attempt("lock-302", "secret"))).toEqual({ ok: true, user: "lock-302", role: "device" });
    expect(closed(attempt("dashboard", "look"))).toEqual({ ok: true, user: "dashboard", role: "tool" });
  });

  it.each([
    ["a wrong password", attempt("lock-302", "Secret"), "wrong-password"],
    ["no password", attempt("lock-302"), "wrong-password"],
    ["an empty password", attempt("lock-302", ""), "wrong-password"],
    ["a device without a password in the site file", attempt("count-302", "any"), "wrong-password"],
    ["the same without giving one", attempt("count-302"), "wrong-password"],
    ["an unknown user", attempt("lock-303", "secret"), "unknown-user"],
    ["no user", attempt(undefined, "secret"), "unknown-user"],
  ])("stays shut for %s", (_name, who, refusal) => {
    expect(closed(who)).toMatchObject({ ok: false, refusal });
  });

  it("lets devices in over loopback without a password where that is allowed", () => {
    expect(open(attempt("lock-302"))).toMatchObject({ ok: true });
    expect(open(attempt("count-302"))).toMatchObject({ ok: true });
    expect(open(attempt("count-302", "any"))).toMatchObject({ ok: true });
  });

  it.each([
    ["a wrong password", attempt("lock-302", "wrong"), "wrong-password"],
    ["a peer that is not on loopback", attempt("lock-302", undefined, false), "wrong-password"],
    ["a tool", attempt("dashboard"), "wrong-password"],
    ["an unknown device", attempt("lock-303"), "unknown-user"],
  ])("stays shut all the same for %s", (_name, who, refusal) => {
    expect(open(who)).toMatchObject({ ok: false, refusal });
  });

  it.each([
    ["127.0.0.1", true],
    ["127.8.8.8", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["10.0.0.9", false],
    ["::ffff:10.0.0.9", false],
    ["unknown", false],
  ])("knows loopback: %s", (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });
});
