/** The site file as pages change it: read with its hash, edited piece by piece, and read again when somebody else was faster. */
import type { AnswerOf, AskOf } from "../../../../src/console/table/index.ts";
import { CallProblem } from "../../client/problem.ts";

export type Edit = AskOf<"PATCH /api/1/config", "body">["edits"][number];
/** A new file in `secrets/` that edits name: it goes with them, so that none is left of edits that were not used. */
export type GivenSecret = NonNullable<AskOf<"PATCH /api/1/config", "body">["secrets"]>[number];

export interface Item {
  readonly id: string;
  readonly [key: string]: unknown;
}
/** As it was written, with sections that are not there left out. */
export interface SiteText {
  readonly site?: {
    readonly id?: string;
    readonly name?: string;
    readonly kind?: string;
    readonly address?: { readonly code?: string; readonly text?: string; readonly grid?: string };
  };
  readonly spaces?: readonly Item[];
  readonly portals?: readonly (Item & {
    readonly kind?: string;
    readonly name?: string;
    readonly from?: string;
    readonly to?: string;
  })[];
  readonly devices?: readonly (Item & { readonly portal?: string; readonly space?: string })[];
  readonly drivers?: readonly Item[];
  readonly policies?: readonly { readonly use?: string }[];
  readonly uplinks?: readonly Item[];
  readonly broker?: { readonly listen?: string; readonly tls?: { readonly listen?: string } };
}

export interface SiteFile {
  readonly hash: string;
  readonly text: string;
  readonly site: SiteText;
  readonly warnings: AnswerOf<"GET /api/1/config">["warnings"];
}

export function siteFileOf({ hash, text, site, warnings }: AnswerOf<"GET /api/1/config">): SiteFile {
  return { hash, text, site: (site ?? {}) as SiteText, warnings };
}

/** Refused because the file is no longer the one it was about. */
export const isConflict = (error: unknown): boolean =>
  error instanceof CallProblem && (error.status === 409 || error.status === 412);

/** An id of its own: `lock`, `lock-2`, `lock-3`. */
export function freeId(wish: string, taken: ReadonlySet<string>): string {
  const plain =
    wish
      .normalize("NFKC")
      .replace(/[^A-Za-z0-9._-]+/g, "-")
      .replace(/^[^A-Za-z0-9]+/, "")
      .slice(0, 56)
      .replace(/-+$/, "") || "device";
  if (!taken.has(plain)) return plain;
  let n = 2;
  while (taken.has(`${plain}-${n}`)) n += 1;
  return `${plain}-${n}`;
}

/** Sets what differs; takes away what became empty. */
export function fieldEdits(
  path: string,
  was: Readonly<Record<string, unknown>>,
  is: Readonly<Record<string, unknown>>,
): Edit[] {
  return Object.entries(is).flatMap(([key, value]): Edit[] => {
    if (JSON.stringify(was[key]) === JSON.stringify(value)) return [];
    if (value === undefined || value === "")
      return was[key] === undefined ? [] : [{ op: "remove", path: `${path}/${key}` }];
    return [{ op: "set", path: `${path}/${key}`, value }];
  });
}
