/** The fields of the site's first page: as they stand in the site file, and what is wrong with them before the gateway is asked. */
import type { SiteFile } from "./site-file.ts";

/** Each is a key of the words. */
export type FieldProblem = "needed" | "idForm" | "codeForm" | "codeLength" | "gridForm" | "tooLong";

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export interface SiteFields {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly code: string;
  readonly grid: string;
  /** Nobody owns the grid yet: alerts go to a queue of that name. */
  readonly unowned: boolean;
}

export interface SiteInput extends SiteFields {
  readonly kind: string;
  /** Whose limits count; undefined as long as nobody chose: see `premisesOf`. */
  readonly policy?: string;
}
export const UNOWNED = "unowned";

/** A box that was just unpacked bears the name of its machine, as number and as name, and says that nobody owns its grid: nobody chose that. */
export function siteInputOf({ site }: Pick<SiteFile, "site">, isNew: boolean): SiteInput {
  const { id = "", name = "", kind = "rental-compound", address = {} } = site.site ?? {};
  const { text = "", code = "", grid = "" } = address;
  const chosen = name !== id;
  const unowned = chosen && grid === UNOWNED;
  const named = { id: isNew && !chosen ? "" : id, name: chosen ? name : "" };
  return { ...named, kind, address: text, code, grid: grid === UNOWNED ? "" : grid, unowned };
}

/** The page would be saved as it stands: nothing it asks for is missing. */
export const isDescribed = (input: SiteFields): boolean => Object.keys(siteProblems(input)).length === 0;

const NAME_MAX = 200;
const ADDRESS_MAX = 500;
const CODE_MAX = 64;

export function siteProblems(fields: SiteFields): Partial<Record<keyof SiteFields, FieldProblem>> {
  const { id, name, address, code, grid, unowned } = fields;
  const found: Partial<Record<keyof SiteFields, FieldProblem>> = {};
  if (name.trim() === "") found.name = "needed";
  else if (name.length > NAME_MAX) found.name = "tooLong";
  if (id.trim() === "") found.id = "needed";
  else if (!ID.test(id)) found.id = "idForm";
  if (address.length > ADDRESS_MAX) found.address = "tooLong";
  if (!unowned && grid.trim() === "") found.grid = "needed";
  else if (!unowned && (grid.length > CODE_MAX || /\s/.test(grid))) found.grid = "gridForm";
  if (code.trim() === "" && !unowned) found.code = "needed";
  else if (/[^0-9A-Za-z-]/.test(code) || code.length > CODE_MAX) found.code = "codeForm";
  return found;
}

/** An address code that is taken, and looks short all the same: district codes have 6 digits, standard addresses more. */
export const codeLooksShort = (code: string): boolean => /^\d{1,8}$/.test(code);

/** Which of the premises offered is chosen: by hand, else by what the site uses, else the first of its kind. A kind may have rules of several sources. */
export function premisesOf<Row extends { readonly kind: string; readonly policy: string }>(
  offered: readonly Row[],
  input: Pick<SiteInput, "kind" | "policy">,
  used: readonly (string | undefined)[],
): Row | undefined {
  const ofKind = offered.filter(({ kind }) => kind === input.kind);
  return (
    ofKind.find(({ policy }) => policy === input.policy) ??
    ofKind.find(({ policy }) => used.includes(policy)) ??
    ofKind[0]
  );
}
