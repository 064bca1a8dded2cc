/** Alerts, prompts, hand-over, fire: what a site manager deals with. */
import { Alert, Deed, HandOver, Prompt } from "@gatehouse/protocol";
import { z } from "zod";
import { Done, NamedId, PageQuery, page, route } from "./route.ts";

const Photo = z.object({ id: z.string(), at: z.string(), by: z.string(), bytes: z.int() });

/** Deeds by who may: `manager` all; `technician` none but those of prompts about devices, which are deeds too. */
export const alertRoutes = {
  "GET /api/1/alerts": route({
    summary: "Alerts, newest first",
    access: "anyone",
    query: PageQuery.extend({
      open: z.stringbool().optional(),
      space: z.string().max(64).optional(),
      kind: z.string().max(64).optional(),
      level: z.enum(["red", "yellow", "blue", "emergency"]).optional(),
    }),
    answer: page(Alert),
  }),
  "GET /api/1/alerts/:id": route({
    summary: "One alert with photos of visits",
    access: "anyone",
    params: NamedId,
    answer: z.object({
      alert: Alert,
      spaceName: z.string(),
      can: z.array(z.string()).describe("deeds that are possible now"),
      photos: z.array(Photo),
    }),
  }),
  "POST /api/1/deeds": route({
    summary: "Do something: acknowledge an alert, handle a prompt, accept an item of a hand-over, …",
    access: ["manager", "technician"],
    body: Deed,
    answer: Done,
  }),
  "POST /api/1/alerts/:id/photos": route({
    summary: "A photo of a visit, where the site file allows them; place and device data are taken out of it",
    access: ["manager"],
    params: NamedId,
    binary: { types: ["image/jpeg", "image/png"], maxBytes: 6_000_000 },
    answer: Photo,
  }),
  "GET /api/1/alerts/:id/photos/:photo": route({
    summary: "A photo",
    access: ["manager", "auditor"],
    params: NamedId.extend({ photo: z.string().max(64) }),
    answer: z.unknown(),
    file: { type: "image/jpeg" },
  }),
  "GET /api/1/prompts": route({
    summary: "What somebody on site must look at",
    access: "anyone",
    query: z.object({ handled: z.stringbool().default(false) }),
    answer: z.object({ prompts: z.array(Prompt) }),
  }),
  "GET /api/1/hand-overs": route({
    summary: "The open hand-over and those before it",
    access: "anyone",
    answer: z.object({
      handOvers: z.array(HandOver),
      people: z.array(z.string()).describe("accounts one can hand over to"),
    }),
  }),
  "GET /api/1/roll-call": route({
    summary: "Who may be inside now, room by room, for an evacuation",
    access: "anyone",
    answer: z.unknown(),
  }),
  "GET /api/1/fire": route({
    summary: "How the doors stand in a fire",
    access: "anyone",
    answer: z.unknown(),
  }),
  "POST /api/1/fire/over": route({
    summary: "A person says that the fire is over",
    access: ["manager"],
    body: z.strictObject({ note: z.string().max(300).optional() }),
    answer: z.unknown(),
  }),
} as const;
