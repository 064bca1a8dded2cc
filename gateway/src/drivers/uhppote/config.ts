/** What the site file says of UHPPOTE boards and of what hangs on them. */
import { UHPPOTE_CARDS, UHPPOTE_PORT } from "@gatehouse/protocol";
import { z } from "zod";

export interface UdpPlace {
  readonly host: string;
  readonly port: number;
}

/** `10.0.0.20` or `10.0.0.20:60000`. */
function place(usualPort: number | undefined) {
  const form = usualPort === undefined ? "HOST:PORT" : "HOST or HOST:PORT";
  return z.string().transform((text, context): UdpPlace => {
    const [, host = "", digits] = /^([A-Za-z0-9.-]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
    const port = digits === undefined ? usualPort : Number(digits);
    if (host !== "" && port !== undefined && port <= 65_535) return { host, port };
    context.addIssue({ code: "custom", message: `"${text}" must be ${form}, as 10.0.0.20:60000` });
    return z.NEVER;
  });
}

const Serial = z.int("must be the number on the board's label").min(1).max(0xffff_ffff);

export const UhppoteConfig = z
  .strictObject({
    boards: z
      .array(
        z.strictObject({ serial: Serial, host: place(UHPPOTE_PORT).describe("its address, with port if not 60000") }),
      )
      .max(200)
      .default([])
      .describe("where boards are; those not listed are asked by broadcast"),
    broadcast: place(UHPPOTE_PORT).prefault("255.255.255.255").describe("where boards without an address are asked"),
    listen: place(undefined)
      .optional()
      .describe("HOST:PORT where boards push events, so that they are fetched at once"),
    setListener: z
      .boolean()
      .default(false)
      .describe(
        "writes `listen` into the boards; they know only one, other software that had it loses its live events",
      ),
    pollSeconds: z.number().min(0.2).max(60).default(2).describe("how often each board is asked for news"),
    cards: z.enum(UHPPOTE_CARDS).default("wiegand26").describe("how the boards read cards"),
    setTime: z.boolean().default(false).describe("sets the clock of a board that is more than 5 seconds off"),
    markFetched: z
      .boolean()
      .default(false)
      .describe("also keeps the mark of what was fetched in the board; other software may go by the same mark"),
  })
  .superRefine(({ boards, listen, setListener }, context) => {
    const serials = boards.map(({ serial }) => serial);
    for (const [at, serial] of serials.entries())
      if (serials.indexOf(serial) < at)
        context.addIssue({
          code: "custom",
          path: ["boards", at, "serial"],
          message: `board ${serial} is listed twice`,
        });
    if (!setListener) return;
    const usable = listen !== undefined && /^(?!0\.)\d+\.\d+\.\d+\.\d+$/.test(listen.host) && listen.port > 0;
    if (!usable) {
      const message = "needs `listen` with this machine's own IPv4 address and a port, as 10.0.0.5:60001";
      context.addIssue({ code: "custom", path: ["setListener"], message });
    }
  });
export type UhppoteConfig = z.infer<typeof UhppoteConfig>;

/** A device is one door of a board, or one side of it (`direction`), or without `door` the board itself. */
export const UhppoteDevice = z.strictObject({
  serial: Serial.describe("the board's serial number"),
  door: z.int().min(1).max(4, "a board has doors 1 to 4").optional().describe("its door on the board"),
});
