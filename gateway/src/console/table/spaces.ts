/** The site and its spaces: what the board and a room's page show. */

import { Alert, Evidence, Portal, RiskLevel, Space, SpaceKind } from "@gatehouse/protocol";
import { z } from "zod";
import { DeviceRow } from "./devices.ts";
import { SpaceCompliance } from "./duties.ts";
import { NamedId, PageQuery, page, route, Text } from "./route.ts";

export const EstimateNow = z.object({
  present: z.number(),
  presentLow: z.number(),
  presentHigh: z.number(),
  residing: z.number(),
  low: z.number(),
  high: z.number(),
  pOver: z.number().min(0).max(1),
  sign: z.enum(["none", "first", "confirmed"]).describe("how far a finding of group rental has come"),
  abstains: Text.nullable().describe("why nothing is claimed, where that is so"),
});

export const SpaceRow = z.object({
  id: z.string(),
  kind: SpaceKind,
  name: z.string(),
  parent: z.string().nullable(),
  building: z.string().nullable().describe("the building above it, or what its id says (`3-302`: 3)"),
  floor: z.string().nullable(),
  risk: RiskLevel,
  judged: z.boolean(),
  registered: z.int().nullable(),
  limit: z.object({ persons: z.int(), policy: z.string(), basis: z.string() }).nullable(),
  estimate: EstimateNow.nullable(),
  alerts: z.int().describe("open ones"),
  worst: z.enum(["red", "yellow", "blue", "emergency"]).nullable(),
  devices: z.int(),
  devicesDown: z.int(),
});
export type SpaceRow = z.infer<typeof SpaceRow>;

export const Night = z.object({
  date: z.iso.date(),
  residing: z.number(),
  low: z.number(),
  high: z.number(),
  limit: z.int().nullable(),
  pOver: z.number(),
});

export const spaceRoutes = {
  "GET /api/1/site": route({
    summary: "The site: name, address, policies with their limits explained, and how many of everything",
    access: "anyone",
    answer: z.object({
      id: z.string(),
      gateway: z.string(),
      name: z.string(),
      kind: z.enum(["rental-compound", "dormitory", "construction-site"]),
      timezone: z.string(),
      address: z.object({
        code: z.string().optional(),
        text: z.string().optional(),
        grid: z.string().optional(),
        plate: z.string().optional(),
      }),
      setUp: z.boolean().describe("false until the wizard was finished or a site file was given"),
      counts: z.object({ spaces: z.int(), judged: z.int(), devices: z.int(), alerts: z.int(), prompts: z.int() }),
      policies: z.array(z.object({ id: z.string(), title: Text, basis: z.string(), source: z.string() })),
      photos: z.boolean().describe("photos of visits may be kept"),
      now: z.string(),
    }),
  }),
  "GET /api/1/spaces": route({
    summary: "Spaces with what is believed of them",
    access: "anyone",
    query: PageQuery.extend({
      limit: z.coerce.number().int().min(1).max(5_000).default(2_000),
      risk: RiskLevel.optional(),
      over: z.stringbool().optional().describe("only those with more people than the limit"),
      judged: z.stringbool().optional(),
      search: z.string().max(100).optional().describe("part of an id, name or plate"),
    }),
    answer: page(SpaceRow),
  }),
  "GET /api/1/spaces/:id": route({
    summary: "One space: evidence, doors, devices, alerts",
    access: "anyone",
    params: NamedId,
    answer: z.object({
      row: SpaceRow,
      space: Space,
      address: z.object({
        code: z.string().optional(),
        text: z.string().optional(),
        grid: z.string().optional(),
        plate: z.string().optional(),
      }),
      limitExplained: Text.nullable(),
      evidence: z.array(Evidence),
      portals: z.array(Portal),
      devices: z.array(DeviceRow),
      alerts: z.array(Alert),
      compliance: SpaceCompliance.nullable(),
    }),
  }),
  "GET /api/1/spaces/:id/nights": route({
    summary: "People residing against the limit, night by night",
    access: "anyone",
    params: NamedId,
    query: z.object({ days: z.coerce.number().int().min(1).max(90).default(30) }),
    answer: z.object({ nights: z.array(Night) }),
  }),
} as const;
