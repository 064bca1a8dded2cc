/** The configuration: the only reader of files and environment. A site is loaded whole and checked whole before anything is opened. */
import {
  ConfigError,
  type CustomRule,
  checkSite,
  JUDGED_KINDS,
  type Limit,
  type Policy,
  type Problem,
  policiesOf,
  type SecretRef,
  Site,
  type Space,
  strictestLimit,
} from "@gatehouse/protocol";
import {
  type AdapterRow,
  type Adapters,
  type ConfiguredDriver,
  type ConfiguredUplink,
  configureAdapters,
  withOwnDriver,
} from "./config/adapters.ts";
import { commandKeyProblems } from "./config/command-keys.ts";
import { fileKeysOf, inlineDeviceFiles } from "./config/device-files.ts";
import { secretProblems, uplinkSecretProblems } from "./config/device-secrets.ts";
import { loadPolicies } from "./config/policies.ts";
import { loadSiteRules } from "./config/rules.ts";
import { salvage } from "./config/salvage.ts";
import { type Env, noSecrets, readSecrets, type ToBeWritten } from "./config/secrets.ts";
import { readSource, type Source } from "./config/source.ts";
import { warningsOf } from "./config/warnings.ts";
import { check } from "./words/schema-issues.ts";

export type { AdapterRow, ConfiguredDriver, ConfiguredUplink } from "./config/adapters.ts";
export type { Env } from "./config/secrets.ts";

export interface LoadOptions<D extends AdapterRow = AdapterRow, U extends AdapterRow = AdapterRow> {
  /** Rows of drivers/index.ts. */
  readonly driverTypes: readonly D[];
  /** Rows of uplinks/index.ts. */
  readonly uplinkTypes: readonly U[];
  /** Looked at in place of what stands in the file, as its next content. */
  readonly text?: string;
  /** Default: the environment of the process. */
  readonly env?: Env;
  /** False where nothing is opened, as in a replay: secrets may then be missing. Default true. */
  readonly secrets?: boolean;
  /** Secrets that come with `text`. */
  readonly toBeWritten?: ToBeWritten | undefined;
}

export interface LoadedSite<D extends AdapterRow = AdapterRow, U extends AdapterRow = AdapterRow> {
  readonly file: string;
  /** Defaults filled in, the driver `mqtt` among the drivers. */
  readonly site: Site;
  /** Every policy there is, by id: those that come with the gateway, and `policies/` beside the site file. */
  readonly policies: ReadonlyMap<string, Policy>;
  /** Rules of the site's own, from the files the site file names; without their tests. */
  readonly rules: readonly CustomRule[];
  /** By space id, for spaces that are judged. */
  readonly limits: ReadonlyMap<string, Limit>;
  /** The policy that gave the limit, else the first that governs; undefined where only an explicit limit stands. Judged spaces only. */
  readonly policyOf: ReadonlyMap<string, Policy | undefined>;
  readonly drivers: readonly ConfiguredDriver<D>[];
  readonly uplinks: readonly ConfiguredUplink<U>[];
  /** What an operator should know, though it stops nothing. */
  readonly warnings: readonly Problem[];
  /** Throws InvariantError for a reference that does not stand in the site file. */
  secret(ref: SecretRef): Buffer;
}

/** Throws ConfigError with every problem found, in the order of the file. */
export function loadSite<D extends AdapterRow, U extends AdapterRow>(
  file: string,
  options: LoadOptions<D, U>,
): LoadedSite<D, U> {
  const source = readSource(file, options.text);
  const { policies, problems: policyProblems } = loadPolicies(file);
  const { site, adapters, problems } = checkAll(source, policies, options);
  const isNoSecret = fileKeysOf(options.driverTypes);
  const own = loadSiteRules(file, site?.rules ?? [], new Set(site?.spaces.map(({ id }) => id)));
  const { env = process.env, toBeWritten } = options;
  const secrets =
    options.secrets === false ? noSecrets : readSecrets(source.value, { siteFile: file, env, toBeWritten }, isNoSecret);
  const isElsewhere = (problem: Problem) => problem.file !== undefined;
  const elsewhere = [...policyProblems, ...[...own.problems, ...problems].filter(isElsewhere)];
  const here = [...problems, ...own.problems].filter((problem) => !isElsewhere(problem));
  const all = [...here, ...secrets.problems].map((problem) => source.place(problem));
  all.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  if (site === undefined || adapters === undefined || all.length + elsewhere.length > 0) {
    throw new ConfigError([...all, ...elsewhere]);
  }
  const read = options.secrets === false ? undefined : secrets.get;
  const unfit = [
    ...(read === undefined ? [] : secretProblems(site, adapters.drivers, read)),
    ...(read === undefined ? [] : uplinkSecretProblems(adapters.uplinks, read)),
    ...commandKeyProblems(site, read),
  ];
  if (unfit.length > 0) throw new ConfigError(unfit.map((problem) => source.place(problem)));
  const judged = judge(site, policies);
  const whole = withOwnDriver(site);
  const loaded = {
    file,
    site: whole,
    policies,
    rules: own.rules,
    ...judged,
    drivers: adapters.drivers,
    uplinks: adapters.uplinks,
    secret: secrets.get,
  };
  return withWarnings(loaded, () =>
    [...warningsOf(whole, judged.policyOf), ...secrets.warnings].map((problem) => source.place(problem)),
  );
}

/** Finding a line takes a second reading of the file: only for who asks. What it is made of is let go then. */
function withWarnings<L extends object>(loaded: L, find: () => Problem[]): L & Pick<LoadedSite, "warnings"> {
  let todo: typeof find | undefined = find;
  let found: readonly Problem[] = [];
  const get = (): readonly Problem[] => {
    if (todo !== undefined) found = todo();
    todo = undefined;
    return found;
  };
  return Object.defineProperty(loaded, "warnings", { enumerable: true, get }) as L & Pick<LoadedSite, "warnings">;
}

interface Checked<D, U> {
  readonly site?: Site;
  readonly adapters?: Adapters<D, U>;
  readonly problems: readonly Problem[];
}

/** Schema, then references and limits, then the adapters' own blocks: each speaks as far as the one before left something to look at. */
function checkAll<D extends AdapterRow, U extends AdapterRow>(
  source: Source,
  policies: ReadonlyMap<string, Policy>,
  { driverTypes, uplinkTypes }: LoadOptions<D, U>,
): Checked<D, U> {
  const rows = { drivers: driverTypes, uplinks: uplinkTypes };
  const checked = check(Site, source.value);
  if (checked.ok) {
    const files = inlineDeviceFiles(checked.data, driverTypes, source.file);
    const adapters = configureAdapters(files.site, rows, files.isBad);
    const found = [...checkSite(checked.data, policies), ...files.problems, ...adapters.problems];
    return { site: checked.data, adapters, problems: found };
  }
  const rest = salvage(source.value, checked.issues);
  if (rest === undefined) return { problems: checked.problems };
  const files = inlineDeviceFiles(rest.site, driverTypes, source.file);
  const isBad = (path: string) => rest.isVoid(path) || files.isBad(path);
  const found = configureAdapters(files.site, rows, isBad).problems;
  const more = [...checkSite(rest.site, policies), ...files.problems, ...found];
  return { problems: [...checked.problems, ...more.filter((problem) => !rest.isVoid(problem.path))] };
}

/** Limits of the spaces that are judged, and the policy that governs each. */
function judge(
  site: Site,
  policies: ReadonlyMap<string, Policy>,
): { readonly limits: Map<string, Limit>; readonly policyOf: Map<string, Policy | undefined> } {
  const limits = new Map<string, Limit>();
  const policyOf = new Map<string, Policy | undefined>();
  for (const space of site.spaces.filter(isJudged)) {
    const governing = policiesOf(site, space, policies);
    const result = strictestLimit(space, governing);
    if (result === undefined || "missing" in result) continue;
    limits.set(space.id, result.limit);
    policyOf.set(space.id, governing.find((policy) => policy.id === result.limit.policy) ?? governing[0]);
  }
  return { limits, policyOf };
}

const isJudged = (space: Space): boolean => JUDGED_KINDS.includes(space.kind);
