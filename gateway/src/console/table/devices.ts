/** Devices: health, commands, finding and binding new ones, the live view of a line. */
import { CommandAction, DeviceKind } from "@gatehouse/protocol";
import { z } from "zod";
import { Edit } from "./edit.ts";
import { JobRow } from "./jobs.ts";
import { NamedId, PageQuery, page, route, Text } from "./route.ts";

export const DeviceRow = z.object({
  id: z.string(),
  kind: DeviceKind,
  driver: z.string(),
  driverType: z.string(),
  driverUp: z.boolean(),
  portal: z.string().nullable(),
  space: z.string().nullable().describe("its own, else the inner side of its portal"),
  online: z.boolean().nullable().describe("null: it never said"),
  lastSeenAt: z.string().nullable(),
  battery: z.number().nullable().describe("percent"),
  rssi: z.number().nullable().describe("dBm"),
  firmware: z.string().nullable(),
  readings: z.int().describe("since the start of the gateway"),
  rejected: z.int(),
  codes: z.array(z.object({ code: z.string(), detail: z.string(), since: z.string() })),
  actions: z.array(CommandAction),
});
export type DeviceRow = z.infer<typeof DeviceRow>;

/** A reading as the live view shows it: never with a credential. */
export const SeenReading = z.object({
  at: z.string(),
  device: z.string(),
  kind: z.string(),
  value: z.unknown().optional(),
  meaning: Text,
  card: z.boolean().describe("a card or key was with it"),
});

export type SeenReading = z.infer<typeof SeenReading>;

export const FoundDevice = z.object({
  driver: z.string(),
  id: z.string().describe("how the driver names it: an address, a friendly name, a user name"),
  label: z.string(),
  model: z.string().nullable(),
  kind: DeviceKind.nullable().describe("what it would become"),
  points: z
    .array(z.object({ kind: z.string(), what: z.string(), settings: z.record(z.string(), z.unknown()) }))
    .describe("each may become a device of its own; `settings` go into its block"),
  unsupported: z.string().nullable(),
  asks: z
    .array(z.enum(["map"]))
    .optional()
    .describe("settings a person has to choose: nothing on the line tells them"),
  inUse: z.boolean().describe("the site file has it already"),
  settings: z.record(z.string(), z.unknown()).describe("what goes into the site file beside id, kind and place"),
});
export type FoundDevice = z.infer<typeof FoundDevice>;

/** Result of a scan's job. */
export const ScanResult = z.object({
  drivers: z
    .array(z.looseObject({ id: z.string(), type: z.string() }))
    .describe("what goes into `drivers` of the site file where it does not stand there; found devices name them"),
  found: z.array(FoundDevice),
  remarks: z.array(z.string()),
  tried: z.array(z.string()).describe("`osdp at 9600`, in the order tried"),
});
export type ScanResult = z.infer<typeof ScanResult>;

const Pairing = z.object({
  open: z.boolean(),
  until: z.string().nullable(),
  leftSeconds: z.int().min(0).describe("0 when closed; whoever reads it need not have the box's time"),
  seen: z.array(z.object({ user: z.string(), address: z.string(), at: z.string(), tries: z.int() })),
});

export const deviceRoutes = {
  "GET /api/1/devices": route({
    summary: "All devices and how they are",
    access: "anyone",
    query: PageQuery.extend({
      limit: z.coerce.number().int().min(1).max(2_000).default(500),
      space: z.string().max(64).optional(),
      driver: z.string().max(64).optional(),
      down: z.stringbool().optional(),
      search: z.string().max(100).optional(),
    }),
    answer: page(DeviceRow),
  }),
  "GET /api/1/devices/:id": route({
    summary: "One device with its latest readings",
    access: "anyone",
    params: NamedId,
    answer: z.object({
      row: DeviceRow,
      settings: z.record(z.string(), z.unknown()),
      recent: z.array(SeenReading),
      rates: z.record(z.string(), z.number()).describe("error rates and the like of its line, by name"),
    }),
  }),
  "POST /api/1/commands": route({
    summary: "A command to a device: identify, unlock, lock, buzzer, …",
    access: ["technician", "manager"],
    body: z.strictObject({
      target: z.string().max(64),
      action: z.string().max(64),
      args: z.record(z.string(), z.unknown()).optional(),
      secondsValid: z.number().min(0.1).max(30).default(10),
    }),
    answer: z.unknown().describe("how it ended"),
  }),
  "POST /api/1/devices/:id/test": route({
    summary: "Test one device: is it there, does it answer, and does it say something when it is used",
    access: ["technician"],
    params: NamedId,
    answer: JobRow,
  }),
  "POST /api/1/device-tests": route({
    summary: "Test many devices at once: all are listened to for half an hour, and each result is kept as it comes",
    access: ["technician"],
    body: z.strictObject({ devices: z.array(z.string().min(1).max(64)).min(1).max(5_000) }),
    answer: JobRow.describe("its result so far: `{ devices: { ID: steps } }` of those under way"),
  }),
  "GET /api/1/drivers": route({
    summary: "Drivers and their lines",
    access: "anyone",
    answer: z.object({
      drivers: z.array(
        z.object({
          id: z.string(),
          type: z.string(),
          up: z.boolean(),
          link: z.string().nullable(),
          devices: z.int(),
          figures: z.record(z.string(), z.number()),
        }),
      ),
      types: z.array(z.object({ type: z.string(), line: z.boolean(), actions: z.array(CommandAction) })),
    }),
  }),
  "GET /api/1/ports": route({
    summary: "Serial ports of this box",
    access: ["technician"],
    answer: z.object({
      ports: z.array(z.object({ path: z.string(), label: z.string(), usedBy: z.string().nullable() })),
    }),
  }),
  "GET /api/1/register-maps": route({
    summary: "The register maps that come with the gateway, for Modbus devices",
    access: ["technician", "manager", "auditor"],
    answer: z.object({
      maps: z.array(
        z.object({
          id: z.string().describe("as `map` of a device in the site file"),
          name: Text,
          kind: DeviceKind.nullable().describe("what a device with it is; null: it depends on what hangs on it"),
        }),
      ),
    }),
  }),
  "GET /api/1/found-devices": route({
    summary: "Devices that drivers see and the site file does not have yet, with what they would become",
    access: ["technician", "manager", "auditor"],
    answer: z.object({ found: z.array(FoundDevice) }),
  }),
  "GET /api/1/pairing": route({
    summary: "Whether unknown MQTT devices are listened to, and which came",
    access: ["technician"],
    answer: Pairing,
  }),
  "PUT /api/1/pairing": route({
    summary: "Listen to unknown MQTT devices for some minutes; 0 ends it",
    access: ["technician"],
    body: z.strictObject({ minutes: z.number().min(0).max(30) }),
    answer: Pairing,
  }),
  "POST /api/1/pairing/adopt": route({
    summary:
      "Take devices that announced themselves: their passwords are kept as secrets, and they stand in the site file",
    access: ["technician"],
    body: z.strictObject({
      hash: z.string().describe("of the site file it is about"),
      devices: z
        .array(
          z.strictObject({
            user: z.string().max(64),
            kind: DeviceKind,
            portal: z.string().max(64).optional(),
            space: z.string().max(64).optional(),
            settings: z.record(z.string(), z.unknown()).optional(),
          }),
        )
        .min(1)
        .max(500),
      edits: z
        .array(Edit)
        .max(10_000)
        .default([])
        .describe("further edits in the same change, before the devices: the window does not outlive a restart"),
    }),
    answer: z.object({ hash: z.string(), version: z.int(), adopted: z.int() }),
  }),
  "POST /api/1/scans": route({
    summary: "Look for devices on a line or the network; the job's result has them as found devices",
    access: ["technician"],
    body: z.strictObject({
      link: z
        .string()
        .max(500)
        .optional()
        .describe("serial:PATH?baud=… or tcp:HOST:PORT; without it the network is searched"),
      protocols: z.array(z.string().max(32)).max(20).optional(),
      thorough: z.boolean().default(false),
    }),
    answer: JobRow,
  }),
} as const;
