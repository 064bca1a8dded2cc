/** The site file: everything one gateway looks after. Semantic checks (references, cycles) are in site-check.ts. */
import { z } from "zod";
import { AlertKind } from "./alert.ts";
import { SiteBoard } from "./board-site.ts";
import { ConsoleSettings } from "./console-site.ts";
import { Lane } from "./envelope.ts";
import { EscalationSettings } from "./escalation.ts";
import { Fire } from "./fire-site.ts";
import { Mapping } from "./mapping.ts";
import { Id, Listen, Pseudonym, SecretRef } from "./names.ts";
import { Opcua } from "./opcua-site.ts";
import { ComplianceSettings, PatrolSettings } from "./patrol.ts";
import { PresenceSettings, PromptSettings } from "./prompt.ts";
import { RetentionSettings } from "./retention.ts";
import { CredentialRole } from "./roles.ts";
import { isTimeZone } from "./time.ts";
import { UplinkCommands } from "./uplink-commands.ts";

export const SiteKind = z.enum(["rental-compound", "dormitory", "construction-site"]);
export const SpaceKind = z.enum(["building", "floor", "flat", "room", "shed", "corridor", "yard"]);
export const PortalKind = z.enum(["door", "gate", "turnstile"]);
export const DeviceKind = z.enum([
  "lock",
  "reader",
  "counter",
  "turnstile",
  "presence",
  "contact",
  "energy-meter",
  "water-meter",
  "fire-input",
  "panic-button",
  "board",
]);
export const RiskLevel = z.enum(["red", "yellow", "blue"]);
export type RiskLevel = z.infer<typeof RiskLevel>;

/** The space every site has without listing it. */
export const OUTSIDE = "outside";
/** The grid of an address nobody owns yet; its alerts go to a queue of that name. */
export const UNOWNED_GRID = "unowned";
/** Space kinds that are judged when they have a limit. */
export const JUDGED_KINDS: readonly string[] = ["flat", "room", "shed"];

const area = z.number().positive("must be more than 0 square metres").max(100_000);

const Address = z
  .strictObject({
    code: z.string().min(1).max(64).optional().describe("standard address code"),
    text: z.string().max(500).optional().describe("address for people"),
    grid: z.string().min(1).max(64).optional().describe("grid code, or `unowned`: who gets the alerts"),
    plate: z.string().max(64).optional().describe("number of the QR plate at the door"),
  })
  .describe("where alerts go; a space without its own inherits from its parent, then from the site");

export const Space = z.strictObject({
  id: Id,
  kind: SpaceKind,
  name: z.string().max(200).optional().describe("name for people"),
  parent: Id.optional().describe("the space this one lies in"),
  rooms: z
    .array(z.strictObject({ areaM2: area }))
    .min(1)
    .max(100)
    .optional()
    .describe("rooms designed as living space, with usable area"),
  areaM2: area.optional().describe("usable area, for a space without `rooms`"),
  registered: z.int().min(0).max(10_000).optional().describe("how many people are registered here"),
  familyExempt: z
    .boolean()
    .default(false)
    .describe("lifts the head count per room for a family; square metres per person remain"),
  risk: RiskLevel.optional().describe("risk colour; default: `yellow` on a construction site, else `blue`"),
  limit: z
    .strictObject({
      persons: z.int().min(1, "must be at least 1 person").max(10_000),
      basis: z.string().min(1).max(300).describe("why, for the one who reads the alert"),
    })
    .optional()
    .describe("an explicit limit; wins over every policy"),
  address: Address.optional(),
});
export type Space = z.infer<typeof Space>;

export const Portal = z.strictObject({
  id: Id,
  kind: PortalKind,
  name: z.string().max(200).optional().describe("name for people"),
  from: Id.describe("`in` means from this space"),
  to: Id.describe("… to this one"),
  heldSeconds: z
    .int()
    .min(5, "must be at least 5 seconds")
    .max(86_400)
    .optional()
    .describe("how long it may stand open; default: the policy's for doors, no limit for gates and turnstiles"),
  remoteOpen: z
    .enum(["off", "on", "two-persons"])
    .default("off")
    .describe("whether a platform's command may open it; `two-persons`: once another person has confirmed"),
});
export type Portal = z.infer<typeof Portal>;

/** Facts every driver knows; what a driver's own devices need beside them stands in the same object and is checked by that driver. */
export const Device = z.looseObject({
  id: Id,
  kind: DeviceKind,
  driver: Id.default("mqtt").describe("which driver speaks to it"),
  portal: Id.optional().describe("the portal it sits on"),
  space: Id.optional().describe("the space it sits in"),
  password: SecretRef.optional().describe("its password at the gateway's broker"),
  reversed: z.boolean().default(false).describe("a counter mounted the wrong way round: swaps in and out"),
  tech: z.enum(["beam", "tof", "thermal", "stereo", "radar", "turnstile"]).optional().describe("how it counts"),
  direction: z.enum(["in", "out"]).optional().describe("for a reader on one side of the portal"),
  doorContact: z.boolean().optional().describe("a lock that reports the door"),
  reportSeconds: z.number().positive().max(86_400).optional().describe("a device that sends sums or batches"),
  holdSeconds: z.number().positive().max(86_400).optional().describe("how long a presence sensor holds"),
  watch: z.boolean().optional().describe("false: not watched for faults, as while it is under repair"),
});
export type Device = z.infer<typeof Device>;

export const Credential = z.strictObject({
  credential: Pseudonym,
  space: Id.optional().describe("whose key it is"),
  role: CredentialRole,
});
export type Credential = z.infer<typeof Credential>;

export const DriverConfig = z.looseObject({
  id: Id,
  type: z.string().min(1).describe("a driver type: see drivers.md"),
});
export type DriverConfig = z.infer<typeof DriverConfig>;

export const PolicyUse = z.strictObject({
  use: Id.describe("id of a policy"),
  spaces: z
    .array(Id)
    .min(1)
    .optional()
    .describe("only these spaces; they then no longer fall under the policies without `spaces`"),
});

export const TlsClient = z.strictObject({
  ca: SecretRef.optional().describe("certificate authority that signed the platform's certificate"),
  cert: SecretRef.optional(),
  key: SecretRef.optional(),
});

/** Each list narrows; what is not given lets everything through. */
export const EventFilter = z.strictObject({
  types: z.array(z.string().min(1)).min(1).optional().describe("event types, `*` at the end matches any rest"),
  kinds: z.array(AlertKind).min(1).optional().describe("kinds of alerts"),
  spaces: z.array(Id).min(1).optional().describe("spaces, with what lies in them"),
  lanes: z.array(Lane).min(1).optional(),
});
export type EventFilter = z.infer<typeof EventFilter>;

/** What every uplink takes; the uplink type checks the rest. */
export const UplinkConfig = z.looseObject({
  id: Id,
  type: z.string().min(1).describe("an uplink type: see uplinks.md"),
  readings: z
    .boolean()
    .default(false)
    .describe("also send `gatehouse.reading`: only to a platform entitled to movements"),
  credentials: z
    .enum(["strip", "pseudonym"])
    .default("strip")
    .describe("what becomes of credentials in those readings"),
  filter: z
    .union([z.array(z.string().min(1)).min(1), EventFilter])
    .optional()
    .describe(
      "event types to send, `*` at the end matches any rest, or `{ types, kinds, spaces, lanes }`; default all",
    ),
  mapping: Mapping.optional().describe("turns events into the platform's own JSON: see uplinks.md"),
  commands: UplinkCommands.optional().describe("whose commands count; without it none: see commands.md"),
});
export type UplinkConfig = z.infer<typeof UplinkConfig>;

export const Calendar = z.strictObject({
  daysOff: z.array(z.iso.date()).max(5_000).default([]).describe("public holidays beside Saturday and Sunday"),
  workDays: z
    .array(z.iso.date())
    .max(5_000)
    .default([])
    .describe("Saturdays and Sundays that are worked, as before and after long holidays"),
});
export type Calendar = z.infer<typeof Calendar>;

export const Broker = z.strictObject({
  listen: Listen.default("127.0.0.1:1883").describe("in clear: loopback, or a network of devices alone"),
  tls: z
    .strictObject({
      listen: Listen.default("0.0.0.0:8883"),
      cert: SecretRef.describe("certificate chain, PEM"),
      key: SecretRef.describe("private key, PEM"),
    })
    .optional()
    .describe("a second door with TLS, for the network"),
  anonymousLoopback: z
    .boolean()
    .default(false)
    .describe("demo and tests: clients on loopback connect without a password as the device their user name says"),
});

const Branch = z
  .string()
  .max(200)
  .regex(/^[^+#/$][^+#]*\/#$/, "must be a branch of topics, as zigbee2mqtt/#")
  .refine((branch) => !branch.startsWith("gatehouse/"), "must not be the gateway's own branch");

export const Account = z.strictObject({
  user: Id,
  password: SecretRef,
  role: z
    .enum(["tool", "bridge"])
    .describe(
      "`tool`: read-only on gatehouse/1/state/#; `bridge`: a program with devices and topics of its own, as Zigbee2MQTT",
    ),
  topics: z
    .array(Branch)
    .min(1)
    .max(20)
    .optional()
    .describe("branches it may use beside what its role grants, as `zigbee2mqtt/#`; a `bridge` needs one"),
});

export const HomeAssistant = z.strictObject({
  discovery: z.boolean().default(true).describe("rooms, doors and alerts announce themselves to a Home Assistant"),
  prefix: z
    .string()
    .max(100)
    .regex(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/, "must be the discovery prefix, as homeassistant")
    .refine((prefix) => !prefix.startsWith("gatehouse"), "must not be the gateway's own branch")
    .default("homeassistant"),
});

export const Site = z.strictObject({
  site: z.strictObject({
    id: Id,
    name: z.string().min(1).max(200).describe("name for people"),
    kind: SiteKind,
    timezone: z
      .string()
      .refine(isTimeZone, "must be an IANA time zone, as Asia/Shanghai")
      .default("Asia/Shanghai")
      .describe("IANA zone: nights and days are counted in it"),
    address: Address.optional(),
  }),
  gateway: z.strictObject({ id: Id }).optional().describe("default: the site's id"),
  spaces: z.array(Space),
  portals: z.array(Portal).default([]),
  devices: z.array(Device).default([]),
  credentials: z.array(Credential).default([]).describe("who a pseudonym may be, without a name"),
  drivers: z.array(DriverConfig).default([]).describe("`{ id: mqtt, type: mqtt }` is there by default"),
  boards: z
    .array(SiteBoard)
    .max(500)
    .default([])
    .describe("door boards, run by `gatehouse bridge`: see door-boards.md"),
  policies: z.array(PolicyUse).default([]),
  rules: z
    .array(z.string().min(1).max(500))
    .max(100)
    .default([])
    .describe("files with rules of your own beside this one, or folders of them: see rules.md"),
  fire: Fire.optional().describe("doors that a fire releases: see life-safety.md"),
  calendar: Calendar.optional().describe("days off and working days that the week alone does not give"),
  prompts: PromptSettings.prefault({}).describe("what operators are asked, and how it gets louder"),
  presence: PresenceSettings.prefault({}),
  escalation: EscalationSettings.prefault({}).describe("who is told of alerts nobody answers or resolves in time"),
  patrols: PatrolSettings.optional().describe("which spaces are visited, and how often"),
  compliance: ComplianceSettings.prefault({}),
  retention: RetentionSettings.prefault({}).describe("how long readings are kept"),
  uplinks: z.array(UplinkConfig).default([]),
  broker: Broker.prefault({}),
  homeassistant: HomeAssistant.optional().describe(
    "without it nothing is announced: see integrations/home-assistant.md",
  ),
  console: z
    .union([ConsoleSettings, z.literal("off")])
    .default("off")
    .describe("the local web page and its API; without this section there is none: see console.md"),
  opcua: Opcua.optional().describe("an OPC UA server for SCADA and building systems: see integrations/opcua.md"),
  accounts: z.array(Account).default([]).describe("accounts of local tools and bridges at the gateway's broker"),
});
export type Site = z.infer<typeof Site>;

/** A site looked up by id. */
export interface SiteIndex {
  readonly spaces: ReadonlyMap<string, Space>;
  readonly portals: ReadonlyMap<string, Portal>;
  /** Policy ids that name the space, in the order of the file. */
  readonly policiesNaming: ReadonlyMap<string, readonly string[]>;
  /** Policy ids used without `spaces`. */
  readonly generalPolicies: readonly string[];
}

const indexes = new WeakMap<Site, SiteIndex>();

/** Built once per site object, which is therefore never changed after it was parsed. The first of two equal ids counts. */
export function indexSite(site: Site): SiteIndex {
  const known = indexes.get(site);
  if (known !== undefined) return known;
  const policiesNaming = new Map<string, string[]>();
  for (const { use, spaces } of site.policies) {
    for (const space of new Set(spaces)) {
      const uses = policiesNaming.get(space);
      if (uses === undefined) policiesNaming.set(space, [use]);
      else uses.push(use);
    }
  }
  const index: SiteIndex = {
    spaces: new Map(site.spaces.toReversed().map((space) => [space.id, space])),
    portals: new Map(site.portals.toReversed().map((portal) => [portal.id, portal])),
    policiesNaming,
    generalPolicies: site.policies.filter((policy) => policy.spaces === undefined).map((policy) => policy.use),
  };
  indexes.set(site, index);
  return index;
}

/** The space a device belongs to for addresses: its own, else the inner side of its portal. */
export function spaceOfDevice(site: Site, device: Device): string | undefined {
  if (device.space !== undefined || device.portal === undefined) return device.space;
  const portal = indexSite(site).portals.get(device.portal);
  return portal?.to === OUTSIDE ? portal.from : portal?.to;
}

export interface ResolvedAddress {
  readonly code?: string;
  readonly grid?: string;
  readonly plate?: string;
  readonly text?: string;
}

/** Code, grid and text each from the nearest of space, its parents and the site; the plate hangs at the space's own door. */
export function resolveAddress(site: Site, spaceId: string): ResolvedAddress {
  const { spaces } = indexSite(site);
  const seen = new Set<string>();
  const plate = spaces.get(spaceId)?.address?.plate;
  let found: ResolvedAddress = plate === undefined ? {} : { plate };
  let space = spaces.get(spaceId);
  while (space !== undefined && !seen.has(space.id)) {
    seen.add(space.id);
    found = nearest(found, space.address);
    space = space.parent === undefined ? undefined : spaces.get(space.parent);
  }
  return nearest(found, site.site.address);
}

function nearest(found: ResolvedAddress, further: z.infer<typeof Address> | undefined): ResolvedAddress {
  const { code = further?.code, grid = further?.grid, text = further?.text, plate } = found;
  return {
    ...(code === undefined ? {} : { code }),
    ...(grid === undefined ? {} : { grid }),
    ...(plate === undefined ? {} : { plate }),
    ...(text === undefined ? {} : { text }),
  };
}
