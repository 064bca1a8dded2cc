/** What a Modbus line and its devices need to say in the site file. */
import { hasOutput, Id, InputUse, LockUse, RegisterMap } from "@gatehouse/protocol";
import { z } from "zod";
import { LinkUrl } from "../line/address.ts";

const TCP_PORT = 502;

export const ModbusConfig = z
  .strictObject({
    link: LinkUrl,
    mode: z
      .enum(["rtu", "tcp"])
      .optional()
      .describe(
        "`tcp` is Modbus TCP, `rtu` what goes over a serial line, also through a device server; default: tcp where the link is port 502",
      ),
    replyMs: z.int().min(20).max(10_000).default(500).describe("how long a device may think before it answers"),
    retries: z.int().min(0).max(5).default(1).describe("how often a question without an answer is repeated"),
  })
  .superRefine(({ link, mode }, context) => {
    if (mode === "tcp" && link.kind !== "tcp") {
      context.addIssue({ code: "custom", path: ["mode"], message: `tcp needs a tcp: link, not ${link.kind}:` });
    }
  });
export type ModbusConfig = z.output<typeof ModbusConfig>;

export function modeOf({ mode, link }: ModbusConfig): "rtu" | "tcp" {
  return mode ?? (link.kind === "tcp" && link.port === TCP_PORT ? "tcp" : "rtu");
}

const DeviceInput = InputUse.extend({
  input: z.int().min(0).max(1023).describe("its number in the register map"),
  portal: Id.optional().describe("where it is, if not at the device's own portal"),
  space: Id.optional(),
});
export type DeviceInput = z.output<typeof DeviceInput>;

export const ModbusDevice = z
  .strictObject({
    unit: z
      .int()
      .min(0)
      .max(255)
      .describe("address of the device on the line, 1 to 247; behind Modbus TCP also 0 and 255"),
    map: RegisterMap.describe("a ready map by its name, `{ file: NAME }` beside the site file, or the map itself"),
    periodSeconds: z.number().min(0.1).max(86_400).optional().describe("default: the map's"),
    inputs: z
      .array(DeviceInput)
      .max(256)
      .optional()
      .describe("what its inputs mean; those not named here are then not read"),
    lock: LockUse.optional().describe("the output that opens, for `unlock` and `lock`"),
  })
  .superRefine(({ map, inputs = [], lock }, context) => {
    const numbers = new Set(
      map.registers.flatMap((register) =>
        register.type === "bits" ? Array.from({ length: register.count }, (_, i) => register.first + i) : [],
      ),
    );
    const say = (path: PropertyKey[], message: string) => context.addIssue({ code: "custom", path, message });
    for (const [i, { input }] of inputs.entries())
      if (!numbers.has(input)) say(["inputs", i, "input"], `the map "${map.name}" has no input ${input}`);
    if (lock !== undefined && !hasOutput(map, lock.output)) {
      say(["lock", "output"], `the map "${map.name}" has no output ${lock.output}`);
    }
  });
export type ModbusDevice = z.output<typeof ModbusDevice>;
