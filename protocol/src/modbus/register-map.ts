/** Register maps: what a Modbus device keeps where, and which reading it becomes. Data files, one a model of device. */
import { z } from "zod";
import { MAX_READ_BITS, MAX_READ_REGISTERS } from "./pdu.ts";
import { modulusOf, REGISTER_TYPES, wordsOf } from "./register-value.ts";

const Address = z.int().min(0).max(0xffff).describe("as it travels, from 0: 40001 in a manual is 0, function 3");

/** Units that are brought to Wh, W, litres or persons. */
const UNITS = {
  kWh: 1_000,
  Wh: 1,
  MWh: 1_000_000,
  kW: 1_000,
  W: 1,
  m3: 1_000,
  L: 1,
  persons: 1,
} as const;

const VALUE_KINDS = ["meter.energyWh", "meter.waterL", "meter.powerW", "presence.count"] as const;
const COUNT_KINDS = ["count.in", "count.out"] as const;

const UNITS_OF: Readonly<Record<string, readonly (keyof typeof UNITS)[]>> = {
  "meter.energyWh": ["kWh", "Wh", "MWh"],
  "meter.waterL": ["m3", "L"],
  "meter.powerW": ["kW", "W"],
  "presence.count": ["persons"],
  "count.in": ["persons"],
  "count.out": ["persons"],
};

/** What an input means. The first kind is read when it is on, the second when it is off. */
export const INPUT_MEANINGS = {
  input: ["input.on", "input.off"],
  door: ["door.opened", "door.closed"],
  lock: ["lock.unlocked", "lock.locked"],
  fire: ["fire.on", "fire.off"],
  tamper: ["tamper.on", "tamper.off"],
  mains: ["power.ok", "power.fail"],
  panic: ["panic", undefined],
  duress: ["duress", undefined],
  nothing: [undefined, undefined],
} as const;
export type InputMeaning = keyof typeof INPUT_MEANINGS;
export const InputMeaning = z.enum(Object.keys(INPUT_MEANINGS) as [InputMeaning, ...InputMeaning[]]);

const Order = z.enum(["big", "little"]);

const NumberRegister = z
  .strictObject({
    id: z.string().min(1).max(64),
    function: z.union([z.literal(3), z.literal(4)], { error: "must be 3 (holding) or 4 (input registers)" }),
    address: Address,
    type: z.enum(REGISTER_TYPES),
    byteOrder: Order.optional().describe("default: the map's"),
    wordOrder: Order.optional().describe("default: the map's"),
    scale: z.number().positive().default(1).describe("one step of the register is so many units"),
    unit: z.enum(Object.keys(UNITS) as [keyof typeof UNITS, ...(keyof typeof UNITS)[]]),
    reads: z
      .enum([...VALUE_KINDS, ...COUNT_KINDS])
      .describe("the reading it becomes; count.in and count.out are running totals"),
    absent: z.array(z.int()).default([]).describe("register values that mean: no value"),
    wrapsAt: z.int().min(2).optional().describe("a running total begins anew there; default: by its type"),
    resets: z.boolean().default(true).describe("the total may fall to zero: power loss, a button"),
  })
  .superRefine((register, context) => {
    const say = (path: keyof typeof register, message: string) =>
      context.addIssue({ code: "custom", path: [path], message, input: register[path] });
    const units = UNITS_OF[register.reads] ?? [];
    if (!units.includes(register.unit)) say("unit", `must be one of ${units.join(", ")} for ${register.reads}`);
    if (register.address + wordsOf(register.type) > 0x1_0000) say("address", `leaves no room for ${register.type}`);
    const counts = register.reads === "count.in" || register.reads === "count.out";
    if (counts && register.wrapsAt === undefined && modulusOf(register.type) === undefined) {
      say("type", `must be u16, u32, bcd16 or bcd32 for ${register.reads}, or have wrapsAt`);
    }
    if (!counts && register.wrapsAt !== undefined) say("wrapsAt", "is for count.in and count.out only");
  });

const Inputs = z.strictObject({
  id: z.string().min(1).max(64),
  function: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)], {
    error: "must be 1 (coils), 2 (inputs), or 3 or 4 for the bits of registers",
  }),
  address: Address,
  type: z.literal("bits"),
  count: z.int().min(1).max(256).describe("how many bits; those of a register begin with its lowest"),
  first: z.int().min(0).max(1023).default(1).describe("number of the first as an input"),
});

const Outputs = z.strictObject({
  function: z.literal(5, { error: "must be 5 (write single coil)" }).default(5),
  address: Address.describe("coil of the first output"),
  count: z.int().min(1).max(256),
  first: z.int().min(0).max(1023).default(1).describe("number of the first output"),
});

export const InputUse = z.strictObject({
  as: InputMeaning.default("input"),
  inverted: z.boolean().default(false).describe("on means the opposite: a contact that is closed while the door is"),
});

export const LockUse = z.strictObject({
  output: z.int().min(0).max(1023),
  pulseSeconds: z
    .number()
    .min(0.1)
    .max(120)
    .default(3)
    .describe("how long `unlock` holds the output, if it says nothing else"),
});

export const RegisterMap = z
  .strictObject({
    name: z.string().min(1).max(120),
    sources: z.array(z.string().min(1)).default([]).describe("where the addresses come from"),
    doubts: z.array(z.string().min(1)).default([]).describe("what should be tried on the device"),
    byteOrder: Order.default("big"),
    wordOrder: Order.default("big"),
    maxRead: z
      .int()
      .min(1)
      .max(MAX_READ_REGISTERS)
      .default(MAX_READ_REGISTERS)
      .describe("registers the device gives at once"),
    bridge: z.int().min(0).max(64).default(0).describe("so many registers between two wanted ones may be read along"),
    periodSeconds: z.number().min(0.1).max(86_400).default(10),
    registers: z
      .array(z.discriminatedUnion("type", [Inputs, NumberRegister]))
      .min(1)
      .max(200),
    outputs: Outputs.optional(),
    inputs: z.record(z.string().regex(/^\d{1,4}$/, "must be the number of an input"), InputUse).default({}),
    lock: LockUse.optional(),
    persons: z
      .strictObject({
        perSecond: z.number().positive().max(100).describe("more cannot pass"),
        perDay: z.int().positive().max(1_000_000),
      })
      .optional()
      .describe("what lies above is a jump of the counter, not people; default: by the kind of device"),
  })
  .superRefine((map, context) => {
    const say = (path: PropertyKey[], message: string) => context.addIssue({ code: "custom", path, message });
    const once = new Set<string>();
    for (const [i, register] of map.registers.entries()) {
      if (once.has(register.id)) say(["registers", i, "id"], `"${register.id}" is there already`);
      once.add(register.id);
      if (register.type === "bits") {
        const limit = register.function > 2 ? map.maxRead * 16 : MAX_READ_BITS;
        if (register.count > limit) say(["registers", i, "count"], `at most ${limit} are read at once`);
        continue;
      }
      if (wordsOf(register.type) > map.maxRead) say(["maxRead"], `leaves no room for ${register.type}`);
    }
    const inOut = COUNT_KINDS.map((kind) => map.registers.filter((r) => r.type !== "bits" && r.reads === kind).length);
    if (inOut.some((count) => count > 1)) say(["registers"], "has two totals of one direction");
    if (map.lock !== undefined && !hasOutput(map, map.lock.output)) {
      say(["lock", "output"], `there is no output ${map.lock.output} in the map`);
    }
  });
export type RegisterMap = z.infer<typeof RegisterMap>;
export type NumberRegister = z.infer<typeof NumberRegister>;
export type BitsRegister = z.infer<typeof Inputs>;

export function hasOutput({ outputs }: Pick<RegisterMap, "outputs">, output: number): boolean {
  return outputs !== undefined && output >= outputs.first && output < outputs.first + outputs.count;
}

/** The register's value in Wh, W, litres or persons; undefined where it says that it has none. */
export function amountOf(register: NumberRegister, raw: number | undefined): number | undefined {
  if (raw === undefined || register.absent.includes(raw)) return undefined;
  // Scales are decimal fractions, which binary ones only come near.
  return Number((raw * register.scale * UNITS[register.unit]).toPrecision(15));
}
