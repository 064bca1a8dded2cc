/** `gatehouse user`: the console's accounts, on the box itself: whoever may speak to the gateway here needs no password. */
import { Command, Option } from "commander";
import { z } from "zod";
import { askRunning, orAway, type RunningFlags, STATE_OPTION, userName } from "./running.ts";
import { textTable } from "./text-table.ts";

interface UserFlags extends RunningFlags {
  readonly json?: true;
  readonly role?: readonly string[];
}

const PATIENCE_MS = 16_000;
const ROLES = ["technician", "manager", "auditor"];

const Users = z.object({
  users: z.array(
    z.object({
      name: z.string(),
      roles: z.array(z.string()),
      lastSignInAt: z.string().nullable(),
      disabled: z.boolean(),
      totp: z.boolean(),
    }),
  ),
});
const Made = z.object({ name: z.string(), password: z.string() });
const Named = z.object({ name: z.string() });
const Claim = z.object({ text: z.string(), code: z.string() });

const EXAMPLES = `
Examples:
  gatehouse user                                  who has an account
  gatehouse user claim                            a claim code, to make an account from the web page
  gatehouse user add wang --role manager          an account with a first password, to be changed at the first sign-in
  gatehouse user reset wang                       a new first password, without one-time codes; signs wang out
  gatehouse user disable wang                     wang can no longer sign in
  gatehouse user delete wang

Exits with 0 when done, 1 when the gateway refuses, 69 when no gateway runs there.`;

export function userCommand(): Command {
  const user = new Command("user")
    .summary("accounts of the console: list, claim, add, reset, disable, delete")
    .description("Shows and changes the accounts of the web console of the gateway that runs on this box.")
    .option(...STATE_OPTION)
    .option("--json", "print the result as JSON")
    .addHelpText("after", EXAMPLES)
    .action((_: unknown, command: Command) => list(command.optsWithGlobals<UserFlags>()));
  const sub = (name: string, description: string): Command => {
    const made = new Command(name).description(description).exitOverride();
    user.addCommand(made.showHelpAfterError("(gatehouse user --help explains it)"));
    return made;
  };
  sub("list", "who has an account").action((_: unknown, command: Command) =>
    list(command.optsWithGlobals<UserFlags>()),
  );
  sub("claim", "show a new claim code, good once and for an hour").action((_: unknown, command: Command) =>
    claim(command.optsWithGlobals<UserFlags>()),
  );
  sub("add", "make an account")
    .argument("<name>", "1 to 32 letters, digits, '.', '_' or '-'")
    .addOption(new Option("--role <role...>", "what the account may do").choices(ROLES).makeOptionMandatory())
    .action((name: string, _: unknown, command: Command) => {
      const flags = command.optsWithGlobals<UserFlags>();
      return withPassword(flags, "user-add", { name, roles: flags.role });
    });
  sub("reset", "a new first password")
    .argument("<name>", "its name")
    .action((name: string, _: unknown, command: Command) =>
      withPassword(command.optsWithGlobals<UserFlags>(), "user-reset", { name }),
    );
  for (const [word, request] of [
    ["disable", "user-disable"],
    ["delete", "user-delete"],
  ] as const)
    sub(word, `${word} an account, and sign it out`)
      .argument("<name>", "its name")
      .action((name: string, _: unknown, command: Command) =>
        done(command.optsWithGlobals<UserFlags>(), request, name, `${word}d`),
      );
  return user;
}

const by = () => ({ by: `${userName() ?? "unknown"} on the box`.slice(0, 64) });

async function list(flags: UserFlags): Promise<void> {
  await orAway(flags, async () => {
    const { users } = Users.parse(await askRunning(flags, "users", {}, PATIENCE_MS));
    if (flags.json) process.stdout.write(`${JSON.stringify(users)}\n`);
    else if (users.length === 0) process.stdout.write("nobody has an account yet: `gatehouse user claim` begins\n");
    else {
      const rows = users.map(({ name, roles, lastSignInAt, disabled, totp }) => [
        name,
        roles.join(", "),
        disabled ? "disabled" : totp ? "one-time codes" : "",
        lastSignInAt === null ? "never" : lastSignInAt.slice(0, 16).replace("T", " "),
      ]);
      process.stdout.write(textTable([["name", "roles", "", "last sign-in (UTC)"], ...rows]));
    }
  });
}

async function claim(flags: UserFlags): Promise<void> {
  await orAway(flags, async () => {
    const said = Claim.parse(await askRunning(flags, "user-claim", by(), PATIENCE_MS));
    process.stdout.write(flags.json ? `${JSON.stringify({ code: said.code })}\n` : said.text);
  });
}

async function withPassword(flags: UserFlags, request: string, params: object): Promise<void> {
  await orAway(flags, async () => {
    const made = Made.parse(await askRunning(flags, request, { ...params, ...by() }, PATIENCE_MS));
    const text = `${made.name} signs in with this password, once, and then chooses another:\n  ${made.password}\n`;
    process.stdout.write(flags.json ? `${JSON.stringify(made)}\n` : text);
  });
}

async function done(flags: UserFlags, request: string, name: string, what: string): Promise<void> {
  await orAway(flags, async () => {
    const said = Named.parse(await askRunning(flags, request, { name, ...by() }, PATIENCE_MS));
    process.stdout.write(flags.json ? `${JSON.stringify(said)}\n` : `${said.name} is ${what}\n`);
  });
}
