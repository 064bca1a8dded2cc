/** `gatehouse init`: writes a commented site file to start from, and a password file for each of its devices. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ConfigError } from "@gatehouse/protocol";
import { Command, Option } from "commander";
import { SITE_EXAMPLES, type SiteExample } from "./site-examples.ts";

interface InitOptions {
  readonly kind: SiteExample["kind"];
  readonly out: string;
  readonly force?: true;
}

export function initCommand(): Command {
  return new Command("init")
    .description("write a commented site file to start from")
    .addOption(
      new Option("--kind <kind>", "what the gateway looks after")
        .choices(SITE_EXAMPLES.map((example) => example.kind))
        .default("rental-compound"),
    )
    .option("--out <file>", "where to write it", "site.yaml")
    .option("--force", "overwrite the file if it is there (password files are kept)")
    .addHelpText(
      "after",
      `
Examples:
  gatehouse init
  gatehouse init --kind construction-site --out /etc/gatehouse/site.yaml`,
    )
    .action((options: InitOptions) => {
      const written = writeExample(options);
      process.stdout.write(`${written.map((file) => `wrote ${file}`).join("\n")}\n\n${nextSteps(options.out)}\n`);
    });
}

const nextSteps = (file: string): string =>
  `Next: edit ${file}, then
  gatehouse check ${file}
  gatehouse run --site ${file} --state state`;

/** Returns the files written. Throws ConfigError when the site file is there already. */
export function writeExample({ kind, out, force }: InitOptions): string[] {
  const example = SITE_EXAMPLES.find((candidate) => candidate.kind === kind);
  if (example === undefined) throw new ConfigError({ path: "--kind", reason: `there is no example "${kind}"` });
  if (existsSync(out) && force !== true) {
    throw new ConfigError({ path: "", file: out, reason: "is there already", fix: "choose another --out, or --force" });
  }
  mkdirSync(dirname(resolve(out)), { recursive: true });
  writeFileSync(out, example.text);
  const passwords = [...example.text.matchAll(/^[^#\n]*\{ file: ([\w./-]+\.pw) \}/gm)].map((match) => match[1] ?? "");
  return [out, ...passwords.flatMap((name) => writePassword(join(dirname(out), name)))];
}

/** A password in the field is not changed by a new example: an existing file stays. */
function writePassword(file: string): string[] {
  if (existsSync(file)) return [];
  mkdirSync(dirname(resolve(file)), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${randomBytes(18).toString("base64url")}\n`, { mode: 0o600 });
  return [file];
}
