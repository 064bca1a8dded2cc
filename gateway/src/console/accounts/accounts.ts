/** The people who may use the console: names, roles, passwords, one-time codes. */
import { randomBytes } from "node:crypto";
import type { Clock } from "@gatehouse/protocol";
import { z } from "zod";
import type { Health, Vault } from "../../core/ports.ts";
import { Refusal } from "../refusal.ts";
import { Role } from "../table/route.ts";
import type { AccountRow } from "../table/session.ts";
import { Kept } from "./kept.ts";

const Account = z.object({
  name: z.string(),
  roles: z.array(Role),
  createdAt: z.string(),
  lastSignInAt: z.string().nullable(),
  disabled: z.boolean(),
  password: z.string(),
  mustChange: z.boolean(),
  /** Base64url; `usedStep` is the latest code's. */
  totp: z.object({ secret: z.string(), usedStep: z.int() }).nullable(),
  /** It signed in from these, the latest first. */
  addresses: z.array(z.string()),
});
export type Account = z.infer<typeof Account>;
const Book = z.object({ v: z.literal(1), deviceKey: z.string(), accounts: z.array(Account) });
type Book = z.infer<typeof Book>;

const MAX_ACCOUNTS = 200;
const KNOWN_ADDRESSES = 8;

export interface AccountsDeps {
  readonly vault: Vault;
  readonly health: Health;
  readonly clock: Clock;
}

export interface NewAccount {
  readonly name: string;
  readonly roles: readonly Role[];
  /** Hashed. */
  readonly password: string;
  readonly mustChange: boolean;
}

export type AccountChange = Partial<
  Pick<Account, "roles" | "disabled" | "password" | "mustChange" | "totp" | "lastSignInAt" | "addresses">
>;

/** Names are compared in one form and without case. */
export const nameKey = (name: string): string => name.normalize("NFKC").toLowerCase();

export class Accounts {
  readonly #kept: Kept<Book>;
  readonly #clock: Clock;

  constructor(kept: Kept<Book>, clock: Clock) {
    this.#kept = kept;
    this.#clock = clock;
  }

  static async open({ vault, health, clock }: AccountsDeps): Promise<Accounts> {
    const empty: Book = { v: 1, deviceKey: randomBytes(32).toString("base64url"), accounts: [] };
    return new Accounts(await Kept.open({ vault, name: "accounts.json", schema: Book, empty, health }), clock);
  }

  get all(): readonly Account[] {
    return this.#kept.value.accounts;
  }

  /** Signs device cookies. */
  get deviceKey(): Buffer {
    return Buffer.from(this.#kept.value.deviceKey, "base64url");
  }

  find(name: string): Account | undefined {
    const key = nameKey(name);
    return this.all.find((account) => nameKey(account.name) === key);
  }

  /** Throws Refusal `unknown`. */
  get(name: string): Account {
    const account = this.find(name);
    if (account === undefined) throw new Refusal("unknown", { values: { id: name.slice(0, 64) } });
    return account;
  }

  /** Throws Refusal `name-taken`, `too-many-accounts`. */
  async add({ name, roles, password, mustChange }: NewAccount): Promise<Account> {
    if (this.find(name) !== undefined) throw new Refusal("name-taken", { values: { name } });
    if (this.all.length >= MAX_ACCOUNTS) throw new Refusal("too-many-accounts");
    const account: Account = {
      name: name.normalize("NFC"),
      roles: [...new Set(roles)],
      createdAt: new Date(this.#clock.nowMs()).toISOString(),
      lastSignInAt: null,
      disabled: false,
      password,
      mustChange,
      totp: null,
      addresses: [],
    };
    await this.#write([...this.all, account]);
    return account;
  }

  /** Throws Refusal `unknown`, `last-technician`. */
  async change(name: string, change: AccountChange): Promise<Account> {
    const old = this.get(name);
    const changed = { ...old, ...change };
    const accounts = this.all.map((account) => (account === old ? changed : account));
    keepTechnician(this.all, accounts);
    await this.#write(accounts);
    return changed;
  }

  /** Throws Refusal `unknown`, `last-technician`. */
  async remove(name: string): Promise<Account> {
    const old = this.get(name);
    const accounts = this.all.filter((account) => account !== old);
    keepTechnician(this.all, accounts);
    await this.#write(accounts);
    return old;
  }

  async signedIn(name: string, address: string): Promise<void> {
    const { addresses } = this.get(name);
    const known = [address, ...addresses.filter((each) => each !== address)].slice(0, KNOWN_ADDRESSES);
    await this.change(name, { lastSignInAt: new Date(this.#clock.nowMs()).toISOString(), addresses: known });
  }

  #write(accounts: Account[]): Promise<void> {
    return this.#kept.write({ ...this.#kept.value, accounts });
  }
}

export function accountRow(account: Account, lockedUntil: string | null): AccountRow {
  const { name, roles, createdAt, lastSignInAt, disabled, totp } = account;
  return { name, roles: [...roles], createdAt, lastSignInAt, disabled, totp: totp !== null, lockedUntil };
}

const technicians = (accounts: readonly Account[]): number =>
  accounts.filter(({ roles, disabled }) => !disabled && roles.includes("technician")).length;

/** Without a technician nobody could make one. */
function keepTechnician(before: readonly Account[], after: readonly Account[]): void {
  if (technicians(before) > 0 && technicians(after) === 0) throw new Refusal("last-technician");
}
