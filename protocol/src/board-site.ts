/** The boards section of the site file: which pins and messages of a door board speak for which device. */
import { z } from "zod";
import { Id } from "./names.ts";

/** What a sensor on a free pin is, in johnny-five's classes. */
export const BoardSensorType = z.enum(["switch", "motion", "level", "indicator"]);
export type BoardSensorType = z.infer<typeof BoardSensorType>;

const Pin = z
  .string()
  .regex(/^(A?\d{1,2})$/, "must be a pin, as 10 or A0")
  .describe("a pin no role of the firmware has; analog ones as `A0`");
const number = z.number().min(-1e6).max(1e6);

export const BoardSensor = z.strictObject({
  device: Id.describe("the device it speaks for; one sensor a device"),
  type: BoardSensorType,
  pin: z.preprocess((value) => (typeof value === "number" ? String(value) : value), Pin),
  reads: z
    .enum(["door", "input", "tamper", "fire", "presence", "power"])
    .optional()
    .describe(
      "which readings it makes: `door` `door.opened`/`closed`, `power` `meter.powerW` of a level; default `presence` for motion, else `input`",
    ),
  inverted: z.boolean().default(false).describe("a switch that is closed at rest"),
  on: z.int().min(1).max(1023).default(600).describe("a level is on from here (0 to 1023)"),
  off: z.int().min(0).max(1022).default(500).describe("… and off from here down"),
  scale: number.default(1).describe("with `reads: power`: watts for each step of the level"),
  offset: number.default(0).describe("with `reads: power`: the level at 0 W"),
  everySeconds: z.number().min(1).max(3_600).default(60).describe("with `reads: power`: how often it is told"),
});
export type BoardSensor = z.infer<typeof BoardSensor>;

const LINK = /^(serial:\/\S+|usb:[0-9a-fA-F]{4}:[0-9a-fA-F]{4}(:[\w.-]+)?|tcp:(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5})$/;

/** One door board. Its devices are all of the driver `mqtt`: the bridge speaks for them at the gateway's broker, each with its own account. */
export const SiteBoard = z.strictObject({
  id: Id,
  link: z
    .string()
    .max(500)
    .regex(LINK, "must be serial:/dev/serial/by-id/…, usb:VENDOR:PRODUCT[:SERIAL] as usb:2341:0043, or tcp:HOST:PORT")
    .describe("where it is: `serial:/dev/serial/by-id/…`, `usb:2341:0043[:SERIAL]` or `tcp:HOST:PORT`"),
  counter: Id.optional().describe("device that gets what the two beams count"),
  door: Id.optional().describe("device that gets door, tamper and exit button"),
  locks: z.array(Id).min(1).max(2).optional().describe("devices of lock 0 and lock 1"),
  fire: Id.optional().describe("device that gets the fire input"),
  sensors: z.array(BoardSensor).max(60).default([]).describe("what is wired to free pins"),
});
export type SiteBoard = z.infer<typeof SiteBoard>;

/** Every device a board speaks for, with where it is named. */
export function devicesOfBoard(board: SiteBoard): { readonly path: string; readonly device: string }[] {
  const { counter, door, fire, locks = [], sensors } = board;
  return [
    ...Object.entries({ counter, door, fire }).flatMap(([path, device]) =>
      device === undefined ? [] : { path, device },
    ),
    ...locks.map((device, index) => ({ path: `locks[${index}]`, device })),
    ...sensors.map(({ device }, index) => ({ path: `sensors[${index}].device`, device })),
  ];
}

/** The device over whose account the bridge is asked for what is the board's own business. Undefined for a board that speaks for none. */
export const speakerOfBoard = (board: SiteBoard): string | undefined => devicesOfBoard(board)[0]?.device;
