/** `gatehouse backup` and `gatehouse restore`: everything a gateway is, as one file, and back. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { ConfigError, systemClock } from "@gatehouse/protocol";
import { Command } from "commander";
import { untilSignal } from "./arguments.ts";
import { progressBar } from "./progress.ts";
import { STATE_OPTION } from "./running.ts";
import { inTerminal } from "./terminal-language.ts";
import { VERSION } from "./version.ts";

interface Flags {
  readonly state: string;
  readonly site: string;
  readonly passphraseFile?: string;
}

const BACKUP_EXAMPLES = `
Examples:
  gatehouse backup gate.backup --site site.yaml --state DIR                            without passwords and keys
  gatehouse backup gate.backup --site site.yaml --state DIR --passphrase-file phrase   with them, sealed

The gateway may be running. Cards stand in it as pseudonyms only; even so it says who came when: handle it as personal data.
Without the keys known cards count as new after a restore, so keep at least one backup with a passphrase.`;

const RESTORE_EXAMPLES = `
Examples:
  gatehouse restore gate.backup --site site.yaml --state DIR --passphrase-file phrase
  gatehouse run --site site.yaml --state DIR

The state folder must be empty and the site file not there yet: nothing is ever written over. Do not start the old box again: both would
speak to the platform under one name.`;

const PASSPHRASE_FILE = [
  "--passphrase-file <file>",
  "a file with the passphrase that seals passwords and keys, `-` for standard input",
] as const;

export function backupCommand(): Command {
  return new Command("backup")
    .summary("everything this gateway is, as one file")
    .description("Writes site file, database, configurations, audit log and, with a passphrase, secrets to one file.")
    .argument("<file>", "the file to write")
    .requiredOption("--site <file>", "the site file")
    .option(...STATE_OPTION)
    .option(...PASSPHRASE_FILE)
    .addHelpText("after", BACKUP_EXAMPLES)
    .action(backUp);
}

export function restoreCommand(): Command {
  return new Command("restore")
    .summary("put a backup on an empty box")
    .description("Puts a backup into an empty state folder and writes its site file.")
    .argument("<file>", "the backup")
    .requiredOption("--site <file>", "where the site file goes")
    .option(...STATE_OPTION)
    .option(...PASSPHRASE_FILE)
    .addHelpText("after", RESTORE_EXAMPLES)
    .action(restore);
}

const rowsOf = (rows: number): string => `${rows.toLocaleString("en")} rows`;

async function backUp(file: string, flags: Flags): Promise<void> {
  const { writeBackup } = await import("../backup/write-backup.ts");
  const bar = progressBar("backup", systemClock);
  const { bytes, rows, files, sealed, notes } = await writeBackup({
    stateDir: flags.state,
    siteFile: flags.site,
    out: file,
    passphrase: passphraseOf(flags),
    release: VERSION,
    clock: systemClock,
    signal: untilSignal(),
    onProgress: (share, count) => bar.at(share, rowsOf(count)),
  });
  bar.end(rowsOf(rows));
  const secrets = sealed === 0 ? "no secrets" : `${sealed} secrets, sealed`;
  process.stdout.write(`${file} is written: ${rowsOf(rows)}, ${files} files, ${secrets}, ${bytes} bytes\n`);
  for (const note of notes) process.stderr.write(`note: ${inTerminal(note)}\n`);
}

async function restore(file: string, flags: Flags): Promise<void> {
  const [{ stageRestore }, { takeUpRestore }, { lockStateDir }] = await Promise.all([
    import("../backup/stage-restore.ts"),
    import("../backup/take-up.ts"),
    import("../store/lock.ts"),
  ]);
  const passphrase = passphraseOf(flags);
  refuseFull(flags);
  const lock = lockStateDir(flags.state);
  try {
    const bar = progressBar("restore", systemClock);
    const staged = await stageRestore({
      file,
      stateDir: flags.state,
      passphrase,
      clock: systemClock,
      signal: untilSignal(),
      onProgress: (share, count) => bar.at(share, rowsOf(count)),
    });
    takeUpRestore(flags.state, flags.site);
    bar.end(rowsOf(staged.rows));
    const from = `${staged.site}, ${staged.madeAt}, release ${staged.release}`;
    process.stdout.write(`restored ${rowsOf(staged.rows)} and ${staged.files} files (${from})\n`);
    process.stdout.write(`next: gatehouse check ${flags.site}\n`);
    for (const note of staged.notes) process.stderr.write(`note: ${inTerminal(note)}\n`);
  } finally {
    lock.release();
  }
}

function refuseFull({ state, site }: Flags): void {
  const left = existsSync(state)
    ? readdirSync(state).filter((name) => name !== ".restoring" && !/^lock/.test(name))
    : [];
  if (left.length > 0) {
    const reason = `is not empty: ${left.slice(0, 3).join(", ")}`;
    throw new ConfigError({ path: state, reason, fix: "name a new folder, or move what is in it away" });
  }
  if (existsSync(site))
    throw new ConfigError({ path: site, reason: "is there already", fix: "name a new file, or move it away" });
}

function passphraseOf({ passphraseFile }: Flags): string | undefined {
  if (passphraseFile === undefined) return undefined;
  try {
    return readFileSync(passphraseFile === "-" ? 0 : passphraseFile, "utf8").replace(/\r?\n$/, "");
  } catch (cause) {
    const reason = `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new ConfigError({ path: passphraseFile, reason, fix: "write the passphrase into a file" }, { cause });
  }
}
