/** What a PLC and the devices behind it need to say in the site file. */
import { Id, INPUT_MEANINGS, type InputMeaning, SecretRef } from "@gatehouse/protocol";
import { z } from "zod";

/** The longest a PLC may keep silent is three of these. */
const LONGEST_MS = 60_000;

export const OpcuaConfig = z
  .strictObject({
    endpoint: z
      .string()
      .max(300)
      .regex(/^opc\.tcp:\/\/[^\s/:]+:\d{1,5}(\/\S*)?$/, "must be opc.tcp://HOST:PORT")
      .describe("as the PLC's own configuration shows it"),
    security: z
      .enum(["encrypt", "sign", "none"])
      .default("encrypt")
      .describe(
        "Basic256Sha256, encrypted or signed; `none` for a PLC that has no certificate, on a network of its own",
      ),
    user: z.string().min(1).max(128).optional(),
    password: SecretRef.optional(),
    publishMs: z
      .int()
      .min(50)
      .max(LONGEST_MS)
      .default(1_000)
      .describe("how often the PLC tells changes; silent for three times as long it counts as lost"),
    sampleMs: z
      .int()
      .min(0)
      .max(LONGEST_MS)
      .default(0)
      .describe("how often the PLC looks for changes; 0: as fast as it can, which pulses need"),
  })
  .superRefine(({ user, password }, context) => {
    if ((user === undefined) === (password === undefined)) return;
    const path = [user === undefined ? "user" : "password"];
    context.addIssue({ code: "custom", path, message: "user and password go together" });
  });
export type OpcuaConfig = z.output<typeof OpcuaConfig>;

const NodeText = z
  .string()
  .max(400)
  .regex(
    /^(ns=\d{1,5};)?(i=\d{1,10}|s=.{1,300}|g=[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|b=[A-Za-z0-9+/]+={0,2})$/,
    'must be a NodeId, as "ns=3;s=Gate1.In"',
  );

const MEANINGS = Object.keys(INPUT_MEANINGS) as [InputMeaning, ...InputMeaning[]];
const COUNTS = ["total.in", "total.out", "pulse.in", "pulse.out"] as const;

const OpcuaPoint = z
  .strictObject({
    node: NodeText.describe("the variable's NodeId"),
    is: z
      .enum([...COUNTS, ...MEANINGS])
      .describe("`total.in`: a running total of persons; `pulse.in`: true once a person; else what the contact means"),
    input: z.int().min(0).max(1_023).optional().describe("for `is: input`: which number its readings carry"),
    inverted: z.boolean().default(false).describe("true means the opposite"),
    wrapsAt: z
      .number()
      .positive()
      .max(2 ** 53)
      .default(2 ** 32)
      .describe("of a total: where it begins anew"),
    resets: z.boolean().default(true).describe("of a total: it may fall to zero, as after a power loss"),
    portal: Id.optional().describe("where it is, if not at the device's own portal"),
    space: Id.optional(),
  })
  .superRefine(({ is, input }, context) => {
    if ((is === "input") === (input !== undefined)) return;
    context.addIssue({ code: "custom", path: ["input"], message: "goes with `is: input`, and only with it" });
  });
export type OpcuaPoint = z.output<typeof OpcuaPoint>;

export const OpcuaDevice = z
  .strictObject({ points: z.array(OpcuaPoint).min(1).max(64).describe("its variables in the PLC") })
  .superRefine(({ points }, context) => {
    for (const total of ["total.in", "total.out"] as const) {
      const twice = points.findIndex(({ is }, i) => is === total && points.findIndex((one) => one.is === total) < i);
      if (twice >= 0)
        context.addIssue({ code: "custom", path: ["points", twice, "is"], message: `there is a ${total} already` });
    }
  });
export type OpcuaDevice = z.output<typeof OpcuaDevice>;
