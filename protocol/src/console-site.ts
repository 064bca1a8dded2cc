/** The console section of the site file: where the local web page and its API are served, and for how long somebody stays signed in. */
import { z } from "zod";
import { Listen, SecretRef } from "./names.ts";

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\]):/;

export const ConsoleSettings = z
  .strictObject({
    listen: Listen.default("0.0.0.0:8443").describe("HTTPS"),
    tls: z
      .strictObject({
        cert: SecretRef.describe("certificate chain, PEM"),
        key: SecretRef.describe("private key, PEM"),
      })
      .optional()
      .describe("a certificate of your own; without it the box makes one under an authority of its own"),
    hosts: z
      .array(
        z
          .string()
          .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "must be a host name in small letters, without a port"),
      )
      .max(20)
      .default([])
      .describe("names it is opened by, beside its addresses, its host name and localhost"),
    photos: z.boolean().default(false).describe("photos of visits may be kept with alerts"),
    idleMinutes: z.number().min(1).max(1_440).default(30).describe("signed out after so long without a request"),
    hours: z.number().min(0.1).max(168).default(12).describe("signed out after so long in any case"),
    plain: z.boolean().default(false).describe("demo and tests: HTTP without TLS, on loopback alone"),
  })
  .refine(({ plain, listen }) => !plain || LOOPBACK.test(listen), {
    path: ["plain"],
    error: "HTTP without TLS is served on loopback alone: write listen: 127.0.0.1:8080, or leave plain out",
  })
  .refine(({ plain, tls }) => !plain || tls === undefined, { path: ["plain"], error: "either plain or tls" });
export type ConsoleSettings = z.infer<typeof ConsoleSettings>;
