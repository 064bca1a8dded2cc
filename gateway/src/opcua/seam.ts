/** What the gateway and its OPC UA processes say to each other: the task at the start, what is told over the pipe, what is asked over the broker. */
import { Alert, AlertId } from "@gatehouse/protocol";
import { z } from "zod";

/** One user of the server. The password goes through the pipe: on a command line it would be everybody's to read. */
export interface ServerUser {
  readonly user: string;
  readonly password: string;
  readonly role: "viewer" | "operator";
}

export interface PlaceTask {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
}

/** What the process of the server needs to know of the site. */
export interface ServerTask {
  readonly gateway: string;
  readonly siteName: string;
  readonly listen: string;
  readonly names: readonly string[];
  readonly users: readonly ServerUser[];
  readonly allowUnencrypted: boolean;
  readonly language: "zh" | "en";
  readonly history: number;
  /** Its own: keys, certificates, whom it trusts. */
  readonly folder: string;
  readonly broker: { readonly url: string; readonly user: string; readonly password: string };
  readonly spaces: readonly PlaceTask[];
  /** `spaces`: where it is, both sides of a portal. */
  readonly devices: readonly (PlaceTask & { readonly spaces: readonly string[] })[];
}

/** What the process that reads one PLC needs to know. */
export interface ReaderTask {
  readonly endpoint: string;
  readonly security: "encrypt" | "sign" | "none";
  readonly login?: { readonly user: string; readonly password: string };
  readonly publishMs: number;
  readonly sampleMs: number;
  /** Of all points of all devices, in order; a value is told by its number in this list. */
  readonly nodes: readonly string[];
  readonly folder: string;
  readonly name: string;
}

/** Over the pipe, from the process. Both kinds of process: that they live, what they log. */
export const Told = z.discriminatedUnion("is", [
  z.object({ is: z.literal("beat") }),
  z.object({ is: z.literal("up") }),
  z.object({
    is: z.literal("log"),
    level: z.enum(["debug", "info", "warn", "error"]),
    fields: z.record(z.string(), z.unknown()),
    message: z.string(),
  }),
  z.object({
    is: z.literal("values"),
    /** Grows by one a message, so that the gateway can say what it has on disk. */
    n: z.int(),
    values: z.array(
      z.object({
        point: z.int().min(0),
        /** Undefined for a value that is neither a number nor a truth value. */
        value: z.union([z.number(), z.boolean()]).optional(),
        good: z.boolean(),
        status: z.string(),
        atMs: z.number().optional(),
        /** The server overwrote earlier values of this point before it could tell them. */
        overflow: z.boolean().optional(),
      }),
    ),
  }),
]);
export type Told = z.infer<typeof Told>;
export type PointValue = Extract<Told, { is: "values" }>["values"][number];

/** Over the pipe, to the process. */
export type Said =
  | { readonly is: "task"; readonly task: ServerTask | ReaderTask }
  /** What follows from message `n` is on disk. */
  | { readonly is: "stored"; readonly n: number };

const note = z.string().min(1).max(1_000);

/** What a user of the server does to an alert. Nothing else can be asked for. */
export const Ask = z.strictObject({
  n: z.int().min(0),
  do: z.enum(["acknowledge", "confirm", "comment"]),
  alert: AlertId,
  by: z.string().min(1).max(64),
  note: note.optional(),
});
export type Ask = z.infer<typeof Ask>;

/** How that ended; the alert as it then stands. */
export const Answer = z.discriminatedUnion("ok", [
  z.object({ n: z.int(), ok: z.literal(true), alert: Alert }),
  z.object({ n: z.int(), ok: z.literal(false), reason: z.string() }),
]);
export type Answer = z.infer<typeof Answer>;
