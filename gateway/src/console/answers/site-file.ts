/** The site file as the console's answers change it. */
import type { Problem } from "@gatehouse/protocol";
import type { z } from "zod";
import type { GivenSecret } from "../../configuration/given-secrets.ts";
import type { Edit } from "../table/edit.ts";
import type { AnswerOf } from "../table/index.ts";

type Diff = AnswerOf<"PATCH /api/1/config">["diff"];
export type SiteEdit = z.input<typeof Edit>;
export type SiteVersion = AnswerOf<"GET /api/1/config/versions">["versions"][number];

/** Whose change it is, and of which file: it is refused when the file is no longer that one. */
export interface ChangeOf {
  readonly hash: string;
  readonly note: string;
  readonly by: string;
}

/** All of them throw ConfigError for a file that cannot be used, with every problem, and RejectedError for a hash that is no longer right. */
export interface SiteFile {
  current(): Promise<{
    readonly text: string;
    readonly hash: string;
    /** Hash of the file the gateway was ready with last. */
    readonly running: string | undefined;
    /** What stands in the file, nothing filled in. */
    readonly site: unknown;
    readonly warnings: readonly Problem[];
  }>;
  check(text: string): Promise<{
    readonly problems: readonly Problem[];
    readonly warnings: readonly Problem[];
    readonly diff: Diff | null;
  }>;
  use(text: string, change: ChangeOf): Promise<{ readonly version: number; readonly hash: string }>;
  /** With `check` only what the edits would do. `secrets` are what the edits name newly: written where the edits are used, nowhere else. */
  edit(
    edits: readonly SiteEdit[],
    change: ChangeOf & { readonly check: boolean; readonly secrets?: readonly GivenSecret[] },
  ): Promise<{
    readonly hash: string;
    readonly version: number | null;
    readonly diff: Diff;
    readonly warnings: readonly Problem[];
  }>;
  versions(): Promise<readonly SiteVersion[]>;
  version(
    n: number,
  ): Promise<{ readonly version: SiteVersion; readonly text: string; readonly diff: Diff } | undefined>;
  rollback(n: number, change: Omit<ChangeOf, "note">): Promise<{ readonly version: number; readonly hash: string }>;
  /** In `secrets/` beside the site file, readable by its owner alone. */
  writeSecret(name: string, value: string): Promise<void>;
  dropSecret(name: string): Promise<void>;
}
