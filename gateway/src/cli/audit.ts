/** `gatehouse audit`: who did what on this box, whether the log of it is whole, and the log as a file. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "@gatehouse/protocol";
import { Command, InvalidArgumentError } from "commander";
import { AUDIT_FOLDER } from "../audit/files.ts";
import { auditText, listAudit } from "../audit/read.ts";
import { verifyAudit } from "../audit/verify.ts";
import { STATE_OPTION } from "./running.ts";
import { textTable } from "./text-table.ts";

interface Flags {
  readonly state: string;
  readonly json?: true;
}

interface ListFlags extends Flags {
  readonly limit: number;
  readonly before?: number;
  readonly by?: string;
  readonly what?: string;
}

interface VerifyFlags extends Flags {
  readonly head?: string;
}

const EXAMPLES = `
Examples:
  gatehouse audit list --by wang                 what this account did last
  gatehouse audit verify                         is every entry as it was written?
  gatehouse audit verify --head 812:3fa9…        the same, against a head (auditHead) that the platform was told
  gatehouse audit export --out audit.ndjson      every line as it stands, to keep elsewhere

The gateway may be running. \`verify\` exits with 0 when the log is whole, with 1 when not.`;

export function auditCommand(): Command {
  const list = new Command("list")
    .description("the newest entries first")
    .option(...STATE_OPTION)
    .option("--limit <n>", "how many", parseCount, 50)
    .option("--before <n>", "only entries before this number", parseCount)
    .option("--by <account>", "only what this account did")
    .option("--what <text>", "only what has this in its name, as deed or command")
    .option("--json", "print one entry a line as JSON")
    .action(showList);
  const verify = new Command("verify")
    .description("find the first entry that was changed, deleted, moved or cut off")
    .option(...STATE_OPTION)
    .option("--head <n:hash>", "a head that was kept elsewhere; the log must go through it", parseHead)
    .option("--json", "print the result as JSON")
    .action(showVerdict);
  const exported = new Command("export")
    .description("write the whole log to a file, line by line as it stands")
    .option(...STATE_OPTION)
    .requiredOption("--out <file>", "the file to write")
    .action(exportLog);
  const command = new Command("audit")
    .summary("who did what on this box, and whether the log of it is whole")
    .description("Shows, proves and exports the log of what people and platforms did.")
    .addHelpText("after", EXAMPLES);
  for (const one of [list, verify, exported])
    command.addCommand(one.exitOverride().showHelpAfterError("(gatehouse audit --help explains it)"));
  return command;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError("write a number, at least 1");
  return count;
}

function parseHead(text: string): string {
  if (!/^\d{1,15}:[0-9a-f]{64}$/.test(text))
    throw new InvalidArgumentError("write it as the platform was told it: a number, a colon, 64 hex digits");
  return text;
}

async function showList({ state, json, limit, before, by, what }: ListFlags): Promise<void> {
  checkThere(state);
  const rows = await listAudit(state, { limit, before, by, what });
  const cells = rows.map((row) => [String(row.n), row.at, row.by, row.what, row.subject, row.detail].map(plain));
  if (json) process.stdout.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  else if (rows.length === 0) process.stdout.write("no entries\n");
  else process.stdout.write(textTable([["n", "at", "by", "what", "subject", "detail"], ...cells]));
}

async function showVerdict({ state, head, json }: VerifyFlags): Promise<void> {
  checkThere(state);
  const verdict = await verifyAudit(state, head);
  const text = `${verdict.ok ? "whole" : "NOT WHOLE"}: ${verdict.says.en}\nhead: ${verdict.head}`;
  process.stdout.write(`${json ? JSON.stringify(verdict) : text}\n`);
  if (!verdict.ok) process.exitCode = 1;
}

async function exportLog({ state, out }: { readonly state: string; readonly out: string }): Promise<void> {
  checkThere(state);
  try {
    await writeFile(out, auditText(state), { mode: 0o600 });
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    const fix = "name a file that this user may write";
    throw new ConfigError({ path: out, reason: `cannot be written: ${cause.message}`, fix }, { cause });
  }
  process.stdout.write(`${out} is written\n`);
}

function checkThere(state: string): void {
  if (existsSync(join(state, AUDIT_FOLDER))) return;
  const fix = "name the folder given to `gatehouse run --state`";
  throw new ConfigError({ path: "--state", reason: `there is no audit log in ${state}`, fix });
}

/** Nothing in it may steer a terminal. */
const plain = (text: string): string => text.replace(/\p{C}/gu, "?");
