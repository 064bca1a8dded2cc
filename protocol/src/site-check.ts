/** What a schema cannot see in a site file: references, duplicates, cycles, limits that cannot be derived. Pure. */
import { checkBoards } from "./board-check.ts";
import type { Problem } from "./errors.ts";
import { checkEscalation, checkPatrols } from "./escalation-check.ts";
import { checkFire } from "./fire-site.ts";
import { type Policy, strictestLimit } from "./policy.ts";
import { checkPrompts } from "./prompt-check.ts";
import {
  indexSite,
  JUDGED_KINDS,
  OUTSIDE,
  type ResolvedAddress,
  resolveAddress,
  type Site,
  type Space,
  spaceOfDevice,
  UNOWNED_GRID,
} from "./site.ts";
import { didYouMean } from "./spelling.ts";
import { checkUplinks } from "./uplink-check.ts";

/** A suggestion that costs a search is given as a function. */
type Report = (path: string, reason: string, fix: string | (() => string)) => void;

/** Beyond so many problems the file is wrong as a whole, and searching for every misspelling would take minutes. */
const MAX_SEARCHES = 100;

/** All problems, section by section. `policies` are those known by id. */
export function checkSite(site: Site, policies: ReadonlyMap<string, Policy>): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, reason, fix) => {
    if (typeof fix === "string") problems.push({ path, reason, fix });
    else problems.push({ path, reason, ...(problems.length < MAX_SEARCHES ? { fix: fix() } : {}) });
  };
  checkSpaces(site, report);
  checkPortals(site, report);
  checkDevices(site, report);
  checkCredentials(site, report);
  checkAdapters(site, report);
  problems.push(...checkUplinks(site), ...checkBoards(site), ...checkPrompts(site));
  problems.push(...checkEscalation(site), ...checkPatrols(site), ...checkFire(site.fire, idsOf(site.devices)));
  checkPolicies(site, policies, report);
  checkLimits(site, policies, report);
  return problems;
}

/** `taken` are ids that stand elsewhere, with the word for where. */
function checkUnique(
  ids: readonly string[],
  path: (index: number) => string,
  report: Report,
  taken: ReadonlyMap<string, string> = new Map(),
): void {
  const seen = new Map(taken);
  for (const [index, id] of ids.entries()) {
    const where = seen.get(id);
    if (where === undefined) seen.set(id, `already used by ${path(index)}`);
    else report(path(index), `"${id}" is ${where}`, "choose another id");
  }
}

function checkReference(
  id: string | undefined,
  known: ReadonlySet<string>,
  path: string,
  what: string,
  report: Report,
): void {
  if (id === undefined || known.has(id)) return;
  const fix = () => didYouMean(id, known) ?? `list it under ${what}s, or correct the id`;
  report(path, `there is no ${what} "${id}"`, fix);
}

const idOf = (item: { readonly id: string }): string => item.id;
const idsOf = (list: readonly { readonly id: string }[]): Set<string> => new Set(list.map(idOf));

function checkSpaces(site: Site, report: Report): void {
  const reserved = new Map([[OUTSIDE, "always there and need not be listed"]]);
  checkUnique(site.spaces.map(idOf), (index) => `spaces[${index}].id`, report, reserved);
  const known = idsOf(site.spaces);
  for (const [index, space] of site.spaces.entries()) {
    checkReference(space.parent, known, `spaces[${index}].parent`, "space", report);
    if (space.rooms !== undefined && space.areaM2 !== undefined) {
      report(`spaces[${index}].areaM2`, "stands beside `rooms`, which have areas of their own", "keep one of the two");
    }
  }
  checkCycles(site, report);
}

/** Each circle of parents is reported once, at the first of its spaces that stands in the file. */
function checkCycles(site: Site, report: Report): void {
  const { spaces } = indexSite(site);
  const indexOf = new Map(site.spaces.map((space, index): [Space, number] => [space, index]));
  const done = new Set<string>();
  for (const start of site.spaces) {
    const walk: string[] = [];
    let space: Space | undefined = start;
    while (space !== undefined && !done.has(space.id)) {
      done.add(space.id);
      walk.push(space.id);
      space = space.parent === undefined ? undefined : spaces.get(space.parent);
    }
    const begin = space === undefined ? -1 : walk.indexOf(space.id);
    if (space === undefined || begin < 0) continue;
    const circle = [...walk.slice(begin), space.id].join(" -> ");
    report(
      `spaces[${indexOf.get(space)}].parent`,
      `the parents run in a circle: ${circle}`,
      "remove one of these parents",
    );
  }
}

function checkPortals(site: Site, report: Report): void {
  checkUnique(site.portals.map(idOf), (index) => `portals[${index}].id`, report);
  const known = idsOf(site.spaces).add(OUTSIDE);
  for (const [index, portal] of site.portals.entries()) {
    checkReference(portal.from, known, `portals[${index}].from`, "space", report);
    checkReference(portal.to, known, `portals[${index}].to`, "space", report);
    if (portal.from === portal.to) {
      report(`portals[${index}].to`, `"${portal.to}" is on both sides`, "name the space on the other side");
    }
  }
}

function checkDevices(site: Site, report: Report): void {
  const reserved = new Map([["state", "reserved: topics below gatehouse/1/state are the gateway's own"]]);
  checkUnique(site.devices.map(idOf), (index) => `devices[${index}].id`, report, reserved);
  const spaces = idsOf(site.spaces);
  const portals = idsOf(site.portals);
  const drivers = idsOf(site.drivers).add("mqtt");
  const gaps = new Map<string, string | undefined>();
  for (const [index, device] of site.devices.entries()) {
    const path = `devices[${index}]`;
    checkReference(device.portal, portals, `${path}.portal`, "portal", report);
    checkReference(device.space, spaces, `${path}.space`, "space", report);
    checkReference(device.driver, drivers, `${path}.driver`, "driver", report);
    if (device.portal === undefined && device.space === undefined) {
      report(path, `"${device.id}" sits on no portal and in no space`, "add `portal: ID` or `space: ID`");
      continue;
    }
    const space = spaceOfDevice(site, device);
    if (space === undefined || !spaces.has(space)) continue;
    if (!gaps.has(space)) gaps.set(space, missingPart(resolveAddress(site, space)));
    const missing = gaps.get(space);
    if (missing === undefined) continue;
    report(
      path,
      `"${device.id}" is in space "${space}", which has no ${missing}`,
      "add address.code and address.grid to the space or the site, or `grid: unowned`",
    );
  }
}

/** What an address lacks to find somebody for its alerts. */
function missingPart(address: ResolvedAddress): string | undefined {
  if (address.grid === undefined) return "grid";
  return address.code === undefined && address.grid !== UNOWNED_GRID ? "address code" : undefined;
}

function checkCredentials(site: Site, report: Report): void {
  const spaces = idsOf(site.spaces);
  const credentials = site.credentials.map((item) => item.credential);
  checkUnique(credentials, (index) => `credentials[${index}].credential`, report);
  for (const [index, { space }] of site.credentials.entries()) {
    checkReference(space, spaces, `credentials[${index}].space`, "space", report);
  }
}

function checkAdapters(site: Site, report: Report): void {
  checkUnique(site.drivers.map(idOf), (index) => `drivers[${index}].id`, report);
  checkUnique(site.uplinks.map(idOf), (index) => `uplinks[${index}].id`, report);
  const devices = new Map(site.devices.map((device) => [device.id, "the name of a device"]));
  const users = site.accounts.map((account) => account.user);
  checkUnique(users, (index) => `accounts[${index}].user`, report, devices);
  for (const [index, { role, topics }] of site.accounts.entries()) {
    if (role === "bridge" && topics === undefined)
      report(
        `accounts[${index}].topics`,
        "is missing: a bridge may do nothing without",
        'write as topics: ["zigbee2mqtt/#"]',
      );
  }
}

function checkPolicies(site: Site, policies: ReadonlyMap<string, Policy>, report: Report): void {
  const spaces = idsOf(site.spaces);
  for (const [index, { use, spaces: only }] of site.policies.entries()) {
    if (!policies.has(use)) {
      const fix = () => didYouMean(use, policies.keys()) ?? `known: ${[...policies.keys()].join(", ")}`;
      report(`policies[${index}].use`, `there is no policy "${use}"`, fix);
    }
    for (const [i, space] of only?.entries() ?? []) {
      checkReference(space, spaces, `policies[${index}].spaces[${i}]`, "space", report);
    }
  }
}

/** The policies that govern a space: those naming it; else those naming no space, for kinds they apply to. */
export function policiesOf(site: Site, space: Space, policies: ReadonlyMap<string, Policy>): Policy[] {
  const { policiesNaming, generalPolicies } = indexSite(site);
  const named = policiesNaming.get(space.id);
  return (named ?? generalPolicies).flatMap((id) => {
    const policy = policies.get(id);
    return policy !== undefined && (named !== undefined || policy.appliesTo.includes(space.kind)) ? [policy] : [];
  });
}

function checkLimits(site: Site, policies: ReadonlyMap<string, Policy>, report: Report): void {
  for (const [index, space] of site.spaces.entries()) {
    if (!JUDGED_KINDS.includes(space.kind)) continue;
    const result = strictestLimit(space, policiesOf(site, space, policies));
    if (result === undefined || !("missing" in result)) continue;
    report(
      `spaces[${index}]`,
      `no limit for "${space.id}": ${result.missing}`,
      "add rooms: [{ areaM2: … }] (or areaM2), or an explicit limit: { persons, basis }",
    );
  }
}
