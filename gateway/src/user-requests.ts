/** What `gatehouse user` asks the running gateway. */
import { randomInt } from "node:crypto";
import { RejectedError } from "@gatehouse/protocol";
import { z } from "zod";
import { accountRow, nameKey } from "./console/accounts/accounts.ts";
import { problemOf, Refusal } from "./console/refusal.ts";
import { Role } from "./console/table/route.ts";
import { AccountName } from "./console/table/session.ts";
import { type ControlRequest, controlRequest } from "./control/request.ts";
import type { AccountDesk } from "./open-console.ts";

const DEADLINE_MS = 15_000;
const By = z.string().max(64).default("console of the box");
const Named = z.strictObject({ name: z.string().min(1).max(64), by: By });

/** Easy to read out and to type, 80 bits. */
function firstPassword(): string {
  const signs = "23456789abcdefghijkmnpqrstuvwxyz";
  const part = () => Array.from({ length: 4 }, () => signs[randomInt(signs.length)]).join("");
  return [part(), part(), part()].join("-");
}

/** `desk` is undefined while the site file has no console. */
export function userRequests(desk: () => AccountDesk | undefined): ControlRequest[] {
  const rows = { ...lists, ...changes };
  return Object.entries(rows).map(([name, { params, run }]) =>
    controlRequest({
      name,
      params: params as z.ZodType<never>,
      deadlineMs: DEADLINE_MS,
      run: async (given) => {
        const open = desk();
        if (open === undefined)
          throw new RejectedError(
            "this gateway has no console: write `console: {}` into its site file and start it again",
          );
        try {
          return await run(open, given);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          const { body } = problemOf(error, "en");
          throw new RejectedError(`${body.message}${body.fix === undefined ? "" : ` ${body.fix}`}`, { cause: error });
        }
      },
    }),
  );
}

interface Row<T> {
  readonly params: z.ZodType<T>;
  run(desk: AccountDesk, params: T): Promise<unknown>;
}
const row = <T>(params: z.ZodType<T>, run: Row<T>["run"]): Row<never> => ({ params, run }) as unknown as Row<never>;

const lists = {
  users: row(z.strictObject({}), async ({ accounts }) => ({
    users: accounts.all.map((account) => accountRow(account, null)),
  })),
};

const changes = {
  "user-claim": row(z.strictObject({ by: By }), async ({ openClaim, audit }, { by }) => {
    const claim = await openClaim();
    audit.record({ by, what: "claim reopened", subject: "", detail: `${claim.minutes} minutes` });
    return claim;
  }),
  "user-add": row(
    z.strictObject({ name: AccountName, roles: z.array(Role).min(1), by: By }),
    async ({ accounts, passwords, audit }, { name, roles, by }) => {
      const password = firstPassword();
      await accounts.add({ name, roles, password: await passwords.hash(password), mustChange: true });
      audit.record({ by, what: "account added", subject: name, detail: roles.join(", ") });
      return { name, password };
    },
  ),
  "user-reset": row(Named, async ({ accounts, passwords, sessions, lockOut, audit }, { name, by }) => {
    const account = accounts.get(name);
    const password = firstPassword();
    const hash = await passwords.hash(password);
    await accounts.change(account.name, { password: hash, mustChange: true, totp: null, disabled: false });
    sessions.endAllOf(account.name);
    lockOut.forgive(nameKey(account.name));
    audit.record({ by, what: "account reset", subject: account.name, detail: "new password, no one-time codes" });
    return { name: account.name, password };
  }),
  "user-disable": row(Named, async ({ accounts, sessions, audit }, { name, by }) => {
    const account = await accounts.change(name, { disabled: true });
    sessions.endAllOf(account.name);
    audit.record({ by, what: "account disabled", subject: account.name, detail: "" });
    return { name: account.name };
  }),
  "user-delete": row(Named, async ({ accounts, sessions, audit }, { name, by }) => {
    const account = await accounts.remove(name);
    sessions.endAllOf(account.name);
    audit.record({ by, what: "account deleted", subject: account.name, detail: "" });
    return { name: account.name };
  }),
};
