/** What the site file says of an OSDP line and its readers. */
import { CARD_FORMATS, LED_COLORS, SecretRef } from "@gatehouse/protocol";
import { z } from "zod";
import type { SecretForm } from "../../core/ports.ts";
import { LinkUrl } from "../line/address.ts";

export const OsdpConfig = z.strictObject({
  link: LinkUrl,
  pollMs: z.int().min(20).max(5_000).default(100).describe("how often each reader is asked, where the line has room"),
  statusSeconds: z
    .int()
    .min(5)
    .max(3_600)
    .default(60)
    .describe("how often tamper, power, inputs and outputs are asked for"),
});
export type OsdpConfig = z.infer<typeof OsdpConfig>;

/** What a reader shows and sounds. */
const Signal = z.strictObject({
  led: z.enum(LED_COLORS).optional(),
  blink: z.boolean().default(false),
  seconds: z
    .number()
    .min(0.1)
    .max(3_600)
    .default(2)
    .describe("how long the light shows; a prompt shows until it is cleared"),
  beeps: z
    .union([z.int().min(0).max(255), z.literal("repeat")])
    .default(0)
    .describe("`repeat`: until it is cleared"),
  text: z
    .string()
    .max(32)
    .regex(/^[ -~]*$/, "readers show ASCII only")
    .optional(),
});
export type Signal = z.infer<typeof Signal>;

const Feedback = z.strictObject({
  read: Signal.optional().describe("a card was read and is safe"),
  denied: Signal.optional().describe("a card could not be read"),
  granted: Signal.optional().describe("the door was opened by a command"),
  prompt: Signal.optional().describe("with a text that has no end: nobody overlooks it"),
});
export type Feedback = z.infer<typeof Feedback>;

export const OsdpDevice = z
  .strictObject({
    address: z.int().min(0).max(126),
    secure: z
      .enum(["required", "install", "off"])
      .default("required")
      .describe("`install` opens the installation window once; `off` is clear text"),
    key: SecretRef.optional().describe("its key, 32 hex digits; without it the gateway makes and keeps one"),
    format: z.enum(CARD_FORMATS).default("auto").describe("of its cards: see wiegand"),
    contact: z
      .strictObject({ input: z.int().min(0).max(255), open: z.enum(["on", "off"]).default("on") })
      .optional()
      .describe("the input with the door contact, and its state while the door is open"),
    lock: z
      .strictObject({ output: z.int().min(0).max(255).default(0), seconds: z.number().min(0.1).max(600).default(5) })
      .optional()
      .describe("the output that opens the door"),
    feedback: Feedback.prefault({}),
  })
  .refine(({ secure, key }) => secure !== "off" || key === undefined, {
    path: ["key"],
    message: "a reader in clear text has no key: remove it, or write secure: required",
  });
export type OsdpDevice = z.infer<typeof OsdpDevice>;

const KEY_BYTES = 16;

/** 32 hex digits, in groups or not, or 16 bytes as they are; undefined for what is no key. */
export function readKey(secret: Buffer): Uint8Array | undefined {
  const digits = secret.toString("latin1").replace(/[\s:-]/g, "");
  if (/^[0-9a-fA-F]{32}$/.test(digits)) return Uint8Array.from(Buffer.from(digits, "hex"));
  return secret.length === KEY_BYTES ? Uint8Array.from(secret) : undefined;
}

export const keyForm: SecretForm = (secret) =>
  readKey(secret) === undefined
    ? {
        reason: `a key is 32 hex digits; the secret has ${secret.length} bytes that are none`,
        fix: "write a file with `openssl rand -hex 16`, or leave the key out and the gateway makes one",
      }
    : undefined;
