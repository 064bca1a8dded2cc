/** The site file, backups and restores as the console's answers use them. */

import { createReadStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, ConfigError } from "@gatehouse/protocol";
import { backUpInThread, stageInThread } from "./backup/thread.ts";
import { checkedChanges } from "./configuration/checked-changes.ts";
import type { Configuration } from "./configuration/configuration.ts";
import { mustBeNew, withSecrets } from "./configuration/given-secrets.ts";
import { type LookAsked, type Looked, look } from "./configuration/look.ts";
import type { LongWorkParts } from "./console/answers/long-work.ts";
import type { SiteFile } from "./console/answers/site-file.ts";

/** `told` is called when the gateway is about to start anew. */
export function siteFileOf(configuration: Configuration, stateDir: string, told: () => void): SiteFile {
  const shown = (n: number) => {
    const found = configuration.versions.find((version) => version.n === n);
    const latest = configuration.versions.at(-1)?.n;
    return found === undefined ? undefined : { ...found, current: found.n === latest };
  };
  const plain = ({ changes, lines }: Looked["difference"]) => ({
    changes: changes.map((change) => ({ ...change })),
    lines: lines.map((line) => ({ ...line })),
  });
  const changes = checkedChanges(configuration, stateDir);
  const lookAt = (asked: LookAsked) => look(configuration, stateDir, asked);
  const used = (applied: { readonly version: number; readonly hash: string }) => {
    told();
    return applied;
  };
  /** Of the file as it stands: pages ask for it again and again. */
  let current: { readonly hash: string; readonly looked: Promise<Looked> } | undefined;
  const lookAtCurrent = (hash: string): Promise<Looked> => {
    if (current?.hash !== hash) {
      const looked = lookAt({ kind: "current" });
      current = { hash, looked };
      // What failed is tried again.
      looked.catch(() => {
        current = undefined;
      });
    }
    return current.looked;
  };
  return {
    current: async () => {
      const { text, hash, running } = configuration;
      const { value, warnings } = await lookAtCurrent(hash);
      return { text, hash, running, site: value, warnings };
    },
    check: async (text) => {
      const { problems, warnings, difference } = await lookAt({ kind: "text", text });
      return { problems, warnings, diff: problems.length > 0 ? null : plain(difference) };
    },
    use: async (text, { hash, note, by }) => used(await changes.apply(text, hash, { by, note })),
    edit: async (edits, { hash, note, by, check, secrets = [] }) => {
      const whole = edits.map((edit) => ({ value: undefined, ...edit }));
      mustBeNew(configuration, secrets);
      const { text, difference, problems, warnings } = await lookAt({ kind: "edits", edits: whole, secrets });
      const diff = plain(difference);
      if (check) return { hash: configuration.hash, version: null, diff, warnings: [...problems, ...warnings] };
      configuration.mustBe(hash);
      if (problems.length > 0) throw new ConfigError(problems);
      const apply = () => configuration.apply(text, hash, { by, note });
      const applied = used(withSecrets(configuration, secrets, text, apply));
      return { ...applied, diff, warnings };
    },
    versions: async () => configuration.versions.flatMap(({ n }) => shown(n) ?? []).reverse(),
    version: async (n) => {
      const version = shown(n);
      if (version === undefined) return undefined;
      const text = configuration.versionText(n);
      return { version, text, diff: plain((await lookAt({ kind: "text", text })).difference) };
    },
    rollback: async (n, { hash, by }) => used(await changes.rollback(n, hash, by)),
    writeSecret: async (name, value) => void configuration.writeSecret(name, value),
    dropSecret: async (name) => configuration.dropSecret(name),
  };
}

export interface BackupPlace {
  readonly stateDir: string;
  readonly siteFile: string;
  readonly release: string;
  readonly clock: Clock;
  /** The gateway starts anew, and takes up what was put in its way. */
  startAnew(): void;
}

/** Not part of any backup. */
const WORK = ".jobs";

/** What an earlier run left goes. */
export async function backupWork(
  place: BackupPlace,
): Promise<Pick<LongWorkParts, "backUp" | "restore" | "keep" | "drop">> {
  const { stateDir, siteFile, release, clock } = place;
  const dir = join(stateDir, WORK);
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true, mode: 0o700 });
  let count = 0;
  const fresh = (ending: string) => join(dir, `${++count}.${ending}`);
  return {
    backUp: async (passphrase, at, signal) => {
      const out = fresh("ghbackup");
      const options = { stateDir, siteFile, out, passphrase, release };
      const done = await backUpInThread(options, { signal, onProgress: (share) => at(share) });
      const day = new Date(clock.nowMs()).toISOString().slice(0, 10);
      const file = {
        type: "application/octet-stream",
        name: `gatehouse-${day}.ghbackup`,
        open: () => createReadStream(out),
        discard: () => void rm(out, { force: true }),
      };
      return { ...done, file };
    },
    keep: async (path) => {
      const kept = fresh("restore");
      await rename(path, kept);
      return kept;
    },
    drop: (path) => rm(path, { force: true }),
    restore: async (file, passphrase, at, signal) => {
      try {
        const staged = await stageInThread(
          { stateDir, file, passphrase },
          { signal, onProgress: (share) => at(share) },
        );
        place.startAnew();
        return staged;
      } catch (error) {
        // Where the box keeps what was sent says nothing to who sent it.
        if (!(error instanceof ConfigError)) throw error;
        throw new ConfigError(
          error.problems.map((problem) => (problem.path === file ? { ...problem, path: "" } : problem)),
        );
      } finally {
        await rm(file, { force: true });
      }
    },
  };
}
