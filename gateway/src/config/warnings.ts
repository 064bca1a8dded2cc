/** What an operator should know about a site file that is right in itself. */
import { JUDGED_KINDS, type Policy, type Problem, type Site } from "@gatehouse/protocol";

/** `site` with the own driver listed; `policyOf` holds the judged spaces. */
export function warningsOf(site: Site, policyOf: ReadonlyMap<string, Policy | undefined>): Problem[] {
  return [
    ...empty(site),
    ...unverified(site, policyOf),
    ...unjudged(site, policyOf),
    ...nobodyRegistered(site),
    ...withoutPassword(site),
    ...clearText(site),
    ...opcuaInClear(site),
    ...readersInClear(site),
    ...deafFireInputs(site),
  ];
}

function empty(site: Site): Problem[] {
  if (site.spaces.length > 0) return [];
  return [
    {
      path: "spaces",
      reason: "there are none yet: nothing is counted",
      fix: "name the rooms, or set the site up in the console",
    },
  ];
}

function unverified(site: Site, policyOf: ReadonlyMap<string, Policy | undefined>): Problem[] {
  const used = new Set([...policyOf.values()].filter((policy) => policy?.source.verified === false));
  return [...used].map((policy) => ({
    path: `policies[${site.policies.findIndex((use) => use.use === policy?.id)}].use`,
    reason: `the figures of "${policy?.id}" are not confirmed (${policy?.source.name})`,
    fix: "have them confirmed, and put them into a policy file of your own beside the site file",
  }));
}

function unjudged(site: Site, policyOf: ReadonlyMap<string, Policy | undefined>): Problem[] {
  const spaces = site.spaces.filter((space) => JUDGED_KINDS.includes(space.kind) && !policyOf.has(space.id));
  if (spaces.length === 0) return [];
  const reason = `no limit for ${some(spaces.map((space) => space.id))}: no alert about too many people`;
  return [{ path: "policies", reason, fix: "add a policy for these spaces, or give them a limit" }];
}

/** A list that came without numbers, more often than a house in which nobody is registered. */
function nobodyRegistered({ spaces }: Site): Problem[] {
  const rooms = spaces.filter(({ kind }) => JUDGED_KINDS.includes(kind));
  if (rooms.length < FEW_ROOMS || rooms.some(({ registered }) => registered !== 0)) return [];
  const reason = `nobody is registered in any of ${rooms.length} rooms: whoever lives there is told as not registered`;
  return [
    {
      path: "spaces[].registered",
      reason,
      fix: "leave registered out where the number is not known; 0 says that nobody is",
    },
  ];
}
const FEW_ROOMS = 3;

function opcuaInClear({ opcua }: Site): Problem[] {
  if (opcua?.allowUnencrypted !== true) return [];
  const reason = "OPC UA users may come in without encryption: their passwords cross the network readable";
  return [{ path: "opcua.allowUnencrypted", reason, fix: "take it out once every client speaks Basic256Sha256" }];
}

function withoutPassword(site: Site): Problem[] {
  if (site.broker.anonymousLoopback) return [];
  const own = new Set(site.drivers.filter((driver) => driver.type === "mqtt").map((driver) => driver.id));
  const devices = site.devices.filter((device) => own.has(device.driver) && device.password === undefined);
  if (devices.length === 0) return [];
  const reason = `without a password these cannot connect: ${some(devices.map((device) => device.id))}`;
  return [{ path: "devices", reason, fix: "give each its own: password: { file: NAME } or { env: NAME }" }];
}

function clearText(site: Site): Problem[] {
  if (/^(127\.|localhost:|\[::1\])/.test(site.broker.listen)) return [];
  const reason = `${site.broker.listen} carries passwords and readings in clear over the network`;
  return [{ path: "broker.listen", reason, fix: "listen on 127.0.0.1 here, and on the network with broker.tls" }];
}

/** Of readers with a secure channel that the site file switches off. */
function readersInClear(site: Site): Problem[] {
  const readers = site.devices.filter((device) => device["secure"] === "off");
  if (readers.length === 0) return [];
  const reason = `cards can be read and copied on the wire of ${some(readers.map((device) => device.id))}`;
  const fix = "write secure: required and give each its key with gatehouse osdp install";
  return [{ path: `devices[${site.devices.findIndex(({ id }) => id === readers[0]?.id)}].secure`, reason, fix }];
}

/** These tell one event after the other, and the next only when the one before is on disk. */
const ONE_BY_ONE: readonly string[] = ["osdp", "uhppote"];

function deafFireInputs(site: Site): Problem[] {
  const drivers = new Set(site.drivers.filter(({ type }) => ONE_BY_ONE.includes(type)).map(({ id }) => id));
  const devices = new Set(site.devices.filter(({ driver }) => drivers.has(driver)).map(({ id }) => id));
  const deaf = (site.fire?.inputs ?? []).filter((input) => devices.has(input.split(":")[0] ?? ""));
  if (deaf.length === 0) return [];
  const reason = `while an earlier event waits for a full disk, a fire is not heard from ${some(deaf)}`;
  return [
    { path: "fire.inputs", reason, fix: "wire the fire contact to a Modbus or MQTT input or a door board as well" },
  ];
}

function some(names: readonly string[]): string {
  const first = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${first} and ${names.length - 3} more` : first;
}
