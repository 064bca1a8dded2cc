/** What a schema cannot see in a site file: references, duplicates, cycles, limits that cannot be derived. Pure. */
import type { Problem } from "./errors.ts";
import { type Policy, strictestLimit } from "./policy.ts";
import { JUDGED_KINDS, OUTSIDE, resolveAddress, type Site, type Space, spaceOfDevice } from "./site.ts";

type Report = (path: string, reason: string, fix?: string) => void;

/** All problems, in the order of the file. `policies` are those known by id. */
export function checkSite(site: Site, policies: ReadonlyMap<string, Policy>): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, reason, fix) => problems.push({ path, reason, ...(fix === undefined ? {} : { fix }) });
  checkSpaces(site, report);
  checkPortals(site, report);
  checkDevices(site, report);
  checkRest(site, policies, report);
  checkLimits(site, policies, report);
  return problems;
}

function checkUnique(
  list: readonly { readonly id: string }[],
  section: string,
  report: Report,
  taken: readonly string[] = [],
): void {
  const seen = new Map<string, string>(taken.map((id) => [id, "reserved"]));
  list.forEach((item, index) => {
    const where = seen.get(item.id);
    if (where !== undefined)
      report(
        `${section}[${index}].id`,
        `"${item.id}" is already ${where === "reserved" ? where : `used by ${where}`}`,
        "choose another id",
      );
    else seen.set(item.id, `${section}[${index}]`);
  });
}

/** The closest known id, for a typo. */
function suggest(id: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(id.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(id.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best === undefined ? undefined : `did you mean "${best}"?`;
}

/** Levenshtein distance. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + change));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function checkReference(
  id: string | undefined,
  known: ReadonlySet<string>,
  path: string,
  what: string,
  report: Report,
): void {
  if (id === undefined || known.has(id)) return;
  report(path, `there is no ${what} "${id}"`, suggest(id, known) ?? `list it under ${what}s, or correct the id`);
}

const idsOf = (list: readonly { readonly id: string }[]): Set<string> => new Set(list.map((item) => item.id));

function checkSpaces(site: Site, report: Report): void {
  checkUnique(site.spaces, "spaces", report, [OUTSIDE]);
  const known = idsOf(site.spaces);
  site.spaces.forEach((space, index) => {
    checkReference(space.parent, known, `spaces[${index}].parent`, "space", report);
    const cycle = parentCycle(site, space);
    if (cycle !== undefined)
      report(
        `spaces[${index}].parent`,
        `the parents run in a circle: ${cycle.join(" -> ")}`,
        "remove one of these parents",
      );
    if (space.rooms !== undefined && space.areaM2 !== undefined) {
      report(`spaces[${index}].areaM2`, "stands beside `rooms`, which have areas of their own", "keep one of the two");
    }
  });
}

function parentCycle(site: Site, start: Space): string[] | undefined {
  const path = [start.id];
  for (let space: Space | undefined = start; space?.parent !== undefined; ) {
    path.push(space.parent);
    if (space.parent === start.id) return path;
    if (path.length > site.spaces.length + 1) return undefined;
    const parent: string = space.parent;
    space = site.spaces.find((candidate) => candidate.id === parent);
  }
  return undefined;
}

function checkPortals(site: Site, report: Report): void {
  checkUnique(site.portals, "portals", report);
  const known = idsOf(site.spaces).add(OUTSIDE);
  site.portals.forEach((portal, index) => {
    checkReference(portal.from, known, `portals[${index}].from`, "space", report);
    checkReference(portal.to, known, `portals[${index}].to`, "space", report);
    if (portal.from === portal.to)
      report(`portals[${index}].to`, `"${portal.to}" is on both sides`, "name the space on the other side");
  });
}

function checkDevices(site: Site, report: Report): void {
  checkUnique(site.devices, "devices", report, ["state"]);
  const spaces = idsOf(site.spaces);
  const portals = idsOf(site.portals);
  const drivers = idsOf(site.drivers).add("mqtt");
  const addresses = new Map<string, ReturnType<typeof resolveAddress>>();
  site.devices.forEach((device, index) => {
    const path = `devices[${index}]`;
    checkReference(device.portal, portals, `${path}.portal`, "portal", report);
    checkReference(device.space, spaces, `${path}.space`, "space", report);
    checkReference(device.driver, drivers, `${path}.driver`, "driver", report);
    if (device.portal === undefined && device.space === undefined) {
      report(path, `"${device.id}" sits on no portal and in no space`, "add `portal: ID` or `space: ID`");
      return;
    }
    const spaceId = spaceOfDevice(site, device);
    if (spaceId === undefined || !spaces.has(spaceId)) return;
    const address = addresses.get(spaceId) ?? resolveAddress(site, spaceId);
    addresses.set(spaceId, address);
    const missing =
      address.grid === undefined
        ? "grid"
        : address.code === undefined && address.grid !== "unowned"
          ? "address code"
          : undefined;
    if (missing !== undefined) {
      report(
        path,
        `"${device.id}" is in space "${spaceId}", which has no ${missing}`,
        "add address.code and address.grid to the space or the site, or `grid: unowned`",
      );
    }
  });
}

function checkRest(site: Site, policies: ReadonlyMap<string, Policy>, report: Report): void {
  checkUnique(site.drivers, "drivers", report);
  checkUnique(site.uplinks, "uplinks", report);
  checkUnique(
    site.accounts.map((account) => ({ id: account.user })),
    "accounts",
    report,
    site.devices.map((device) => device.id),
  );
  const spaces = idsOf(site.spaces);
  const seen = new Set<string>();
  site.credentials.forEach((credential, index) => {
    checkReference(credential.space, spaces, `credentials[${index}].space`, "space", report);
    if (seen.has(credential.credential))
      report(`credentials[${index}].credential`, `"${credential.credential}" stands twice`, "keep one");
    seen.add(credential.credential);
  });
  const known = new Set(policies.keys());
  site.policies.forEach((use, index) => {
    if (!known.has(use.use)) {
      report(
        `policies[${index}].use`,
        `there is no policy "${use.use}"`,
        suggest(use.use, known) ?? `known: ${[...known].join(", ")}`,
      );
    }
    use.spaces?.forEach((space, i) =>
      checkReference(space, spaces, `policies[${index}].spaces[${i}]`, "space", report),
    );
  });
}

/** The policies that govern a space: those naming it; else those naming no space, for kinds they apply to. */
export function policiesOf(site: Site, space: Space, policies: ReadonlyMap<string, Policy>): Policy[] {
  const named = site.policies.filter((use) => use.spaces?.includes(space.id));
  const general = site.policies.filter((use) => use.spaces === undefined);
  const uses = named.length > 0 ? named : general;
  return uses.flatMap((use) => {
    const policy = policies.get(use.use);
    return policy !== undefined && (named.length > 0 || policy.appliesTo.includes(space.kind)) ? [policy] : [];
  });
}

function checkLimits(site: Site, policies: ReadonlyMap<string, Policy>, report: Report): void {
  site.spaces.forEach((space, index) => {
    if (!JUDGED_KINDS.includes(space.kind)) return;
    const result = strictestLimit(space, policiesOf(site, space, policies));
    if (result !== undefined && "missing" in result) {
      report(
        `spaces[${index}]`,
        `no limit for "${space.id}": ${result.missing}`,
        "add rooms: [{ areaM2: … }] (or areaM2), or an explicit limit: { persons, basis }",
      );
    }
  });
}
