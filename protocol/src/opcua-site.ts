/** The section `opcua` of the site file: the OPC UA server the gateway offers to SCADA and building systems. */
import { z } from "zod";
import { Id, Listen, SecretRef } from "./names.ts";

export const OpcuaUser = z.strictObject({
  user: Id,
  password: SecretRef,
  role: z
    .enum(["viewer", "operator"])
    .default("viewer")
    .describe("`operator` may also acknowledge and confirm alarms, and comment on them"),
});
export type OpcuaUser = z.infer<typeof OpcuaUser>;

export const Opcua = z
  .strictObject({
    listen: Listen.default("0.0.0.0:4840"),
    names: z
      .array(
        z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, "must be a host name or an IPv4 address"),
      )
      .max(8)
      .default([])
      .describe("names and addresses by which clients reach it: they stand in its certificate and its endpoints"),
    users: z.array(OpcuaUser).min(1, "must name at least one user: nobody comes in without").max(100),
    allowUnencrypted: z
      .boolean()
      .default(false)
      .describe(
        "also offer the security policy None: passwords and values then cross the network as anybody can read them",
      ),
    language: z.enum(["zh", "en"]).default("zh").describe("of names and messages"),
    history: z
      .int()
      .min(0)
      .max(5_000)
      .default(0)
      .describe("how many past values of each estimate clients can read (kept in memory, gone with a restart)"),
  })
  .superRefine(({ users }, context) => {
    const seen = new Set<string>();
    for (const [i, { user }] of users.entries()) {
      if (seen.has(user))
        context.addIssue({ code: "custom", path: ["users", i, "user"], message: `"${user}" is there already` });
      seen.add(user);
    }
  });
export type Opcua = z.infer<typeof Opcua>;
