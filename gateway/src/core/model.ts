/** The site as the core uses it: looked up by id, limits and policies derived. Built whole from a configuration, never changed. */
import {
  ComplianceSettings,
  type Credential,
  type CustomRule,
  DEFAULT_ALERTS_PER_GRID_AND_DAY,
  DEFAULT_DOOR_HELD_SECONDS,
  type Device,
  EscalationSettings,
  JUDGED_KINDS,
  type Limit,
  type NightRule,
  OUTSIDE,
  Overcrowding,
  type PatrolSettings,
  type Policy,
  type Portal,
  policiesOf,
  Registration,
  type ResolvedAddress,
  type ResponseClocks,
  type RiskLevel,
  resolveAddress,
  type Site,
  type Space,
  spaceOfDevice,
  strictestLimit,
  UNOWNED_GRID,
  zoneOffsetMs,
} from "@gatehouse/protocol";
import { createOverlay, type Overlay, underOverlay } from "./overlay/overlay.ts";
import { type CompiledRule, compileRules } from "./rules/custom/compile.ts";

/** What the core is configured with: the site file without its secrets, and the policies it uses. Stands in the journal. */
export interface CoreConfig {
  readonly site: Site;
  readonly policies: readonly Policy[];
  /** Rules of the site's own, without their tests. */
  readonly rules?: readonly CustomRule[];
}

export interface SpaceModel {
  readonly space: Space;
  /** Undefined: not judged. */
  readonly limit: Limit | undefined;
  readonly nights: NightRule;
  readonly risk: RiskLevel;
  /** Minutes after local midnight. */
  readonly nightStartMinutes: number;
  readonly nightEndMinutes: number;
  readonly overcrowding: Overcrowding;
  readonly registration: Registration;
  readonly doorHeldMs: number;
  /** Who gets its alerts, and how many new findings about people that grid may get in a day. */
  readonly grid: string;
  readonly alertsPerDay: number;
  readonly offenceWindowMs: number;
  readonly clocks: ResponseClocks;
  /** Nights in a row within the limit that close what is being rectified. */
  readonly verificationNights: number;
  readonly address: ResolvedAddress;
}

export interface Model {
  /** As the site file has it, without what was set beside it. */
  readonly config: CoreConfig;
  readonly gateway: string;
  readonly zone: string;
  readonly spaces: ReadonlyMap<string, SpaceModel>;
  readonly portals: ReadonlyMap<string, Portal>;
  readonly devices: ReadonlyMap<string, Device>;
  /** Inner space of each device, where its alerts belong. */
  readonly spaceOf: ReadonlyMap<string, string>;
  readonly rules: readonly CompiledRule[];
  readonly escalation: EscalationSettings;
  readonly patrols: PatrolSettings | undefined;
  readonly compliance: ComplianceSettings;
  /** By pseudonym. */
  readonly credentials: ReadonlyMap<string, Credential>;
  /** Local hour number (local days since 1970 times 24, plus the hour) that `ms` falls into, and when such an hour begins. */
  readonly hourOf: (ms: number) => number;
  readonly hourStartMs: (hour: number) => number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Probability from which on a morning counts as over, where the policy does not say: set on simulated sites the model was not fitted on, for few false alerts first. See docs/estimation.md. */
export const RAISE_AT = 0.7;
/** Where no policy governs a space (explicit limit only). How they were chosen stands in docs/estimation.md. */
const DEFAULT_NIGHTS: Readonly<Record<RiskLevel, NightRule>> = {
  red: { over: 2, of: 3, clear: 3, raiseAt: 0.6, clearAt: 0.3 },
  yellow: { over: 3, of: 4, clear: 3, raiseAt: 0.6, clearAt: 0.3 },
  blue: { over: 3, of: 4, clear: 3, raiseAt: 0.7, clearAt: 0.3 },
};
/** Of a space with meters alone: what they say is vague and needs more mornings, but rarely misleads the same way for long. */
const METERS_NIGHTS: NightRule = { over: 5, of: 6, clear: 5, raiseAt: 0.55, clearAt: 0.3 };
const DEFAULT_NIGHT = { from: "22:00", to: "06:00" };
const DEFAULT_OFFENCE_DAYS = 365;

/** `config` must have passed checkSite. `overlay` is what was set beside it. */
export function buildModel(config: CoreConfig, overlay: Overlay = createOverlay()): Model {
  const { site, policies: counting } = underOverlay(config, overlay);
  const policies = new Map(counting.map((policy) => [policy.id, policy]));
  const portals = new Map(site.portals.map((portal) => [portal.id, portal]));
  const spaceOf = new Map<string, string>();
  const sensed = new Set<string>();
  for (const device of site.devices) {
    const space = spaceOfDevice(site, device);
    if (space === undefined || space === OUTSIDE) continue;
    spaceOf.set(device.id, space);
    if (!METERS.includes(device.kind)) sensed.add(space);
  }
  const metered = new Set([...spaceOf.values()].filter((space) => !sensed.has(space)));
  const spaces = new Map(
    site.spaces.map((space): [string, SpaceModel] => {
      const built = buildSpace(site, space, policies, metered.has(space.id));
      const { limit } = built;
      const set = limit !== undefined && overlay.limits.has(space.id);
      return [space.id, set ? { ...built, limit: { ...limit, policy: SET_LIMIT } } : built];
    }),
  );
  return {
    config,
    gateway: site.gateway?.id ?? site.site.id,
    zone: site.site.timezone,
    spaces,
    portals,
    devices: new Map(site.devices.map((device) => [device.id, device])),
    spaceOf,
    rules: compileRules(config.rules ?? []),
    // A journal of an earlier release has none.
    escalation: site.escalation ?? EscalationSettings.parse({}),
    patrols: site.patrols,
    compliance: site.compliance ?? ComplianceSettings.parse({}),
    credentials: new Map(site.credentials.map((credential) => [credential.credential, credential])),
    ...hoursIn(site.site.timezone),
  };
}

/** The offset is looked up once an hour of the clock: readings come by the thousand. */
function hoursIn(zone: string): Pick<Model, "hourOf" | "hourStartMs"> {
  let [knownHour, offsetMs] = [Number.NaN, 0];
  const offsetAt = (ms: number): number => {
    const hour = Math.floor(ms / HOUR_MS);
    if (hour !== knownHour) [knownHour, offsetMs] = [hour, zoneOffsetMs(ms, zone)];
    return offsetMs;
  };
  return {
    hourOf: (ms) => Math.floor((ms + offsetAt(ms)) / HOUR_MS),
    hourStartMs: (hour) => hour * HOUR_MS - zoneOffsetMs(hour * HOUR_MS - zoneOffsetMs(hour * HOUR_MS, zone), zone),
  };
}

/** In place of a policy's id where somebody set the limit: a platform's command, or a person on the box. */
const SET_LIMIT = "set";

const METERS: readonly string[] = ["energy-meter", "water-meter"];

function buildSpace(site: Site, space: Space, policies: ReadonlyMap<string, Policy>, metersOnly: boolean): SpaceModel {
  const governing = policiesOf(site, space, policies);
  const result = JUDGED_KINDS.includes(space.kind) ? strictestLimit(space, governing) : undefined;
  const limit = result !== undefined && "limit" in result ? result.limit : undefined;
  const policy = governing.find((candidate) => candidate.id === limit?.policy) ?? governing[0];
  const risk = space.risk ?? (site.site.kind === "construction-site" ? "yellow" : "blue");
  const night = policy?.nightWindow ?? DEFAULT_NIGHT;
  const address = resolveAddress(site, space.id);
  const nights = metersOnly ? (policy?.metersOnly ?? METERS_NIGHTS) : (policy?.nights[risk] ?? DEFAULT_NIGHTS[risk]);
  return {
    space,
    limit,
    risk,
    nights,
    nightStartMinutes: minutesOf(night.from),
    nightEndMinutes: minutesOf(night.to),
    overcrowding: policy?.overcrowding ?? Overcrowding.parse({}),
    registration: policy?.registration ?? Registration.parse({}),
    doorHeldMs: (policy?.doorHeldSeconds ?? DEFAULT_DOOR_HELD_SECONDS) * 1_000,
    grid: address.grid ?? UNOWNED_GRID,
    alertsPerDay: policy?.alertBudget?.perGridAndDay ?? DEFAULT_ALERTS_PER_GRID_AND_DAY,
    clocks: policy?.clocks ?? {},
    verificationNights: policy?.verification?.nights ?? nights.clear,
    offenceWindowMs: (policy?.offenceWindowDays ?? DEFAULT_OFFENCE_DAYS) * DAY_MS,
    address,
  };
}

/** Of `HH:MM`. */
export function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
