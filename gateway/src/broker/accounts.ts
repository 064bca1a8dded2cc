/** Who a client is: its user name and password against the accounts, in constant time. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Role } from "./topic-rules.ts";

export interface BrokerAccount {
  /** Undefined for a device that may come in only over loopback without a password. */
  readonly password: Buffer | undefined;
  readonly role: Role;
  /** Branches it may use beside what its role grants. */
  readonly topics?: readonly string[] | undefined;
}

export interface Attempt {
  readonly user: string | undefined;
  readonly password: Buffer | undefined;
  readonly loopback: boolean;
}

export type Verdict =
  | { readonly ok: true; readonly user: string; readonly role: Role; readonly topics?: readonly string[] }
  | { readonly ok: false; readonly refusal: "unknown-user" | "wrong-password"; readonly detail: string };

const digest = (secret: Buffer) => createHash("sha256").update(secret).digest();
const NOTHING = digest(Buffer.alloc(0));

/** `anonymousLoopback` lets a device in without a password when it comes over loopback; a password it does give must be right. */
export function createDoor(
  accounts: ReadonlyMap<string, BrokerAccount>,
  anonymousLoopback: boolean,
): (attempt: Attempt) => Verdict {
  const digests = new Map(
    [...accounts].map(([user, { password }]) => [user, password === undefined ? undefined : digest(password)]),
  );
  return ({ user = "", password, loopback }) => {
    const account = accounts.get(user);
    const given = password === undefined || password.length === 0 ? undefined : digest(password);
    const objection = passwordObjection(given, digests.get(user));
    if (account === undefined) {
      return { ok: false, refusal: "unknown-user", detail: user === "" ? "gave no user name" : "has no account" };
    }
    const unproved = given === undefined || account.password === undefined;
    const anonymous = anonymousLoopback && loopback && account.role === "device" && unproved;
    if (objection === undefined || anonymous) {
      return {
        ok: true,
        user,
        role: account.role,
        ...(account.topics === undefined ? {} : { topics: account.topics }),
      };
    }
    return { ok: false, refusal: "wrong-password", detail: objection };
  };
}

/** Takes the same time whatever is wrong. */
function passwordObjection(given: Buffer | undefined, expected: Buffer | undefined): string | undefined {
  const equal = timingSafeEqual(given ?? NOTHING, expected ?? NOTHING);
  if (expected === undefined) return "has no password in the site file";
  if (given === undefined) return "gave no password";
  return equal ? undefined : "gave a wrong password";
}

/** IPv4 and IPv6 loopback, also as an IPv4-mapped address. */
export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}
