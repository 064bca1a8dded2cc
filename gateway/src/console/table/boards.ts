/** Door boards and their program: what is on them, what this release ships, and the update. */
import { BoardHolds, FlashChipChoice, UpdateStage } from "@gatehouse/protocol";
import { z } from "zod";
import { JobRow } from "./jobs.ts";
import { NamedId, route } from "./route.ts";

export const BoardRow = z.object({
  id: z.string(),
  link: z.string(),
  devices: z.array(z.string()).describe("it speaks for these"),
  online: z.boolean().describe("its bridge runs and the board answers it"),
  firmware: z.string().nullable().describe("as 1.1; null while it does not answer"),
  job: z.string().nullable().describe("its latest update, while that is remembered"),
});
export type BoardRow = z.infer<typeof BoardRow>;

/** Result of a job of kind `flash`; while it runs, the stage alone. */
export const FlashResult = z.object({
  stage: UpdateStage,
  end: z
    .object({
      kind: z.enum(["flashed", "cancelled", "failed"]),
      board: BoardHolds,
      chip: FlashChipChoice.nullable(),
      firmware: z.string().nullable(),
    })
    .nullable(),
});
export type FlashResult = z.infer<typeof FlashResult>;

const how = {
  chip: FlashChipChoice.optional().describe("where it cannot be found out; a board that answers says it itself"),
  slow: z.boolean().default(false).describe("the bootloader of old Nanos: 57600 baud"),
};

export const boardRoutes = {
  "GET /api/1/boards": route({
    summary: "Door boards with their firmware, and the firmware this release ships",
    access: ["technician"],
    answer: z.object({
      boards: z.array(BoardRow),
      shipped: z.object({
        version: z.string(),
        images: z.array(
          z.object({
            chip: FlashChipChoice,
            title: z.string(),
            sha256: z.string(),
            bytes: z.int(),
            seconds: z.int().describe("the board is out of service for about so long"),
          }),
        ),
      }),
    }),
  }),
  "POST /api/1/boards/:id/firmware": route({
    summary:
      "Put the shipped firmware on a board of the site; its bridge lends the line, what the board has counted is taken in first",
    access: ["technician"],
    params: NamedId,
    body: z.strictObject(how),
    answer: JobRow,
  }),
  "POST /api/1/lines/firmware": route({
    summary: "Put the shipped firmware on a board that is in no site file yet",
    access: ["technician"],
    body: z.strictObject({
      ...how,
      link: z
        .string()
        .max(500)
        .regex(/^(serial:\/|tcp:)/, "must be a serial port of this box or tcp:HOST:PORT")
        .describe("`serial:` and a port of GET /api/1/ports, or `tcp:HOST:PORT`"),
    }),
    answer: JobRow,
  }),
} as const;
