/** The live feed, a WebSocket at /api/1/live: what changes, to those who may see it. */
import { Alert, Prompt } from "@gatehouse/protocol";
import { z } from "zod";
import { SeenReading } from "./devices.ts";
import { PatrolRow } from "./duties.ts";
import { JobRow } from "./jobs.ts";
import type { Access } from "./route.ts";
import { SpaceRow } from "./spaces.ts";
import { HealthCodeRow } from "./uplinks.ts";

/** Kinds of changes, and who may see them. `readings` are the MQTT live view too. */
export const LIVE_ACCESS = {
  spaces: "anyone",
  alerts: "anyone",
  prompts: "anyone",
  patrols: "anyone",
  health: "anyone",
  jobs: "anyone",
  devices: "anyone",
  readings: ["technician"],
  line: ["technician"],
  logs: ["technician", "auditor"],
} as const satisfies Readonly<Record<string, Access>>;
export type LiveKind = keyof typeof LIVE_ACCESS;
export const LiveKind = z.enum(Object.keys(LIVE_ACCESS) as [LiveKind, ...LiveKind[]]);

/** What a page asks for; replaces what it asked for before. */
export const Watch = z.strictObject({
  watch: z.array(LiveKind).max(10),
  device: z.string().max(64).optional().describe("readings and MQTT messages of this one alone"),
  line: z.string().max(64).optional().describe("the driver whose line is looked at"),
  lang: z.enum(["zh", "en"]).optional().describe("of sentences that come in one language; else as the browser asks"),
});

/** Several changes go into one message where they come close together. A page that reads too slowly is disconnected and asks anew. */
export const LiveMessage = z.discriminatedUnion("about", [
  z.object({
    about: z.literal("hello"),
    at: z.string().describe("the time of the box"),
    scale: z.number().optional().describe("how fast that time runs; 1 but in a demo"),
    bootId: z.string(),
    everyMs: z.int().optional().describe("said again so often; a page that hears nothing for longer connects anew"),
  }),
  z.object({ about: z.literal("spaces"), spaces: z.array(SpaceRow) }),
  z.object({ about: z.literal("alerts"), alerts: z.array(Alert) }),
  z.object({ about: z.literal("prompts"), prompts: z.array(Prompt) }),
  z.object({ about: z.literal("patrols"), patrols: z.array(PatrolRow) }),
  z.object({ about: z.literal("health"), codes: z.array(HealthCodeRow) }),
  z.object({ about: z.literal("jobs"), jobs: z.array(JobRow) }),
  z.object({
    about: z.literal("devices"),
    devices: z.array(z.object({ id: z.string(), online: z.boolean().nullable(), lastSeenAt: z.string().nullable() })),
  }),
  z.object({ about: z.literal("readings"), readings: z.array(SeenReading) }),
  z.object({
    about: z.literal("mqtt"),
    messages: z.array(z.object({ at: z.string(), device: z.string(), topic: z.string(), text: z.string() })),
  }),
  z.object({
    about: z.literal("line"),
    driver: z.string(),
    lines: z.array(z.object({ at: z.string(), way: z.enum(["->", "<-", "!"]), hex: z.string(), says: z.string() })),
  }),
  z.object({
    about: z.literal("logs"),
    lines: z.array(z.object({ n: z.int(), at: z.string(), level: z.string(), message: z.string() })),
  }),
  z.object({
    about: z.literal("refused"),
    kinds: z.array(LiveKind).describe("of what was asked for, that the role may not see"),
  }),
  z.object({ about: z.literal("restart"), in: z.number().describe("ms until the gateway is expected back") }),
]);
export type Watch = z.infer<typeof Watch>;
export type LiveMessage = z.infer<typeof LiveMessage>;
