/** The layouts of the door node's own messages, `firmware-messages.md`: id and fields in their order, one table a direction. */

/** What a field is on the wire: groups of seven bits, lowest first. */
export type DoorNodeField = "u7" | "u14" | "u16" | "u32";

export const FIELD_GROUPS = { u7: 1, u14: 2, u16: 3, u32: 5 } as const;
export const FIELD_MAX = { u7: 0x7f, u14: 0x3fff, u16: 0xffff, u32: 0xffffffff } as const;

export interface DoorNodeLayout {
  readonly id: number;
  readonly fields: Readonly<Record<string, DoorNodeField>>;
}

const setting = { status: "u7", key: "u7", value: "u16" } as const;

/** Host to board. */
export const HOST_LAYOUTS = {
  hello: { id: 0x01, fields: { protocol: "u7" } },
  ack: { id: 0x03, fields: { journal: "u16", seq: "u32" } },
  resend: { id: 0x04, fields: { journal: "u16", from: "u32" } },
  "counts-query": { id: 0x06, fields: {} },
  lock: {
    id: 0x07,
    fields: { boot: "u16", command: "u16", lock: "u7", action: "u7", pulseMs: "u16", notAfterMs: "u32" },
  },
  "config-read": { id: 0x08, fields: { key: "u7" } },
  "config-write": { id: 0x09, fields: { key: "u7", value: "u16" } },
  heartbeat: { id: 0x0a, fields: {} },
  "self-test": { id: 0x0b, fields: {} },
  "identity-query": { id: 0x0d, fields: {} },
} as const satisfies Readonly<Record<string, DoorNodeLayout>>;

/** Board to host. */
export const BOARD_LAYOUTS = {
  hello: {
    id: 0x01,
    fields: {
      protocol: "u7",
      major: "u7",
      minor: "u7",
      chip: "u7",
      boot: "u16",
      journal: "u16",
      cause: "u7",
      timeMs: "u32",
      oldest: "u32",
      next: "u32",
      lost: "u32",
      ring: "u16",
      locks: "u7",
      config: "u16",
    },
  },
  event: { id: 0x02, fields: { journal: "u16", seq: "u32", timeMs: "u32", event: "u7", data: "u14" } },
  overflow: { id: 0x05, fields: { journal: "u16", oldest: "u32", lost: "u32" } },
  counts: { id: 0x06, fields: { boot: "u16", timeMs: "u32", in: "u32", out: "u32" } },
  "lock-result": {
    id: 0x07,
    fields: { boot: "u16", command: "u16", status: "u7", lock: "u7", released: "u7", timeMs: "u32" },
  },
  "config-value": { id: 0x08, fields: setting },
  "config-written": { id: 0x09, fields: setting },
  "heartbeat-answer": {
    id: 0x0a,
    fields: { boot: "u16", journal: "u16", timeMs: "u32", next: "u32", acked: "u32", state: "u14" },
  },
  "self-test-result": {
    id: 0x0b,
    fields: { problems: "u14", stackBytes: "u16", loopUs: "u16", overruns: "u16", records: "u32" },
  },
  refused: { id: 0x0c, fields: { refusedId: "u7", reason: "u7" } },
  identity: { id: 0x0d, fields: { identity: "u16", boot: "u16", journal: "u16", acked: "u32" } },
} as const satisfies Readonly<Record<string, DoorNodeLayout>>;

type MessageOf<Layouts extends Readonly<Record<string, DoorNodeLayout>>> = {
  readonly [Kind in keyof Layouts]: { readonly kind: Kind } & {
    readonly [Field in keyof Layouts[Kind]["fields"]]: number;
  };
}[keyof Layouts];

/** What a host says; fields as in the page, times and pulses in ms. */
export type DoorNodeHostMessage = MessageOf<typeof HOST_LAYOUTS>;
/** What a board says. */
export type DoorNodeBoardMessage = MessageOf<typeof BOARD_LAYOUTS>;
