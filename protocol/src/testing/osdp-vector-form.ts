/** What the reference vectors call the fields of our commands and replies. */
import type { NAK_REASONS } from "../osdp/codes.ts";
import type { OsdpCommand } from "../osdp/commands.ts";
import type { LedPattern } from "../osdp/indicators.ts";
import type { OsdpReply } from "../osdp/replies.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

const FUNCTIONS = [
  "",
  "contactStatusMonitoring",
  "outputControl",
  "cardDataFormat",
  "readerLedControl",
  "readerAudibleOutput",
  "readerTextOutput",
  "timeKeeping",
  "checkCharacterSupport",
  "communicationSecurity",
  "receiveBufferSize",
  "largestCombinedMessage",
  "smartCardSupport",
  "readers",
  "biometrics",
  "securePinEntry",
  "osdpVersion",
];

const NAKS: Readonly<Record<number, string>> = {
  1: "message-check-error",
  2: "command-length-error",
  3: "unknown-command",
  4: "sequence-error",
  5: "secure-channel-unsupported",
  6: "security-conditions-not-met",
  7: "bio-type-unsupported",
  8: "bio-format-unsupported",
  9: "command-record-error",
} satisfies Record<keyof typeof NAK_REASONS, string>;

const pattern = ({ control, onTenths, offTenths, onColour, offColour }: LedPattern) => ({
  controlCode: control,
  onTime100ms: onTenths,
  offTime100ms: offTenths,
  onColor: onColour,
  offColor: offColour,
});

type Kind = (OsdpCommand | OsdpReply)["kind"];
type Forms = { readonly [K in Kind]?: (value: Extract<OsdpCommand | OsdpReply, { readonly kind: K }>) => object };

const FORMS: Forms = {
  id: ({ replyType }) => ({ replyType }),
  cap: ({ replyType }) => ({ replyType }),
  out: ({ outputs }) => ({
    records: outputs.map((o) => ({ output: o.output, controlCode: o.control, timer100ms: o.timerTenths })),
  }),
  led: ({ leds }) => ({
    records: leds.map(({ reader, led, temporary, permanent }) => ({
      reader,
      led,
      temporary: { ...pattern(temporary), timer100ms: temporary.timerTenths },
      permanent: pattern(permanent),
    })),
  }),
  buz: ({ buzzers }) => ({
    records: buzzers.map((b) => ({
      reader: b.reader,
      toneCode: b.tone,
      onTime100ms: b.onTenths,
      offTime100ms: b.offTenths,
      count: b.count,
    })),
  }),
  text: (t) => ({
    reader: t.reader,
    command: t.command,
    tempTimeS: t.seconds,
    row: t.row,
    column: t.column,
    length: t.text.length,
    text: t.text,
  }),
  comset: ({ address, baud }) => ({ address, baudRate: baud }),
  com: ({ address, baud }) => ({ address, baudRate: baud }),
  keyset: ({ keyType, key }) => ({ keyType, keyLength: key.length, key: hex(key) }),
  chlng: ({ random }) => ({ cpRandom: hex(random) }),
  scrypt: ({ cryptogram }) => ({ cpCryptogram: hex(cryptogram) }),
  acurxsize: ({ sizeBytes }) => ({ maximumReceiveSize: sizeBytes }),
  filetransfer: (f) => ({
    fileType: f.fileType,
    totalSize: f.totalBytes,
    offset: f.offset,
    fragmentSize: f.data.length,
    data: hex(f.data),
  }),
  mfg: ({ vendor, data }) => ({ vendor: hex(vendor), data: hex(data) }),
  mfgrep: ({ vendor, data }) => ({ vendor: hex(vendor), data: hex(data) }),
  keepactive: ({ timeMs }) => ({ timeMs }),
  pivdata: ({ objectId, element, offset }) => ({
    objectId: hex(objectId),
    raw: hex(objectId) + hex(Uint8Array.of(element, offset & 0xff, offset >>> 8)),
  }),
  nak: ({ reason, detail }) => ({ errorCode: reason, error: NAKS[reason], data: hex(detail) }),
  pdid: ({ vendor, model, version, serial, firmware: [major, minor, build] }) => ({
    vendor: hex(vendor),
    model,
    version,
    serialNumber: serial,
    firmware: { major, minor, build },
  }),
  pdcap: ({ capabilities }) => ({
    capabilities: capabilities.map(({ function: code, compliance, items }) => ({
      functionCode: code,
      name: FUNCTIONS[code],
      complianceLevel: compliance,
      numberOf: items,
      ...(code === 10 || code === 11 ? { sizeBytes: compliance | (items << 8) } : {}),
    })),
  }),
  lstatr: ({ tamper, power }) => ({ tamper, powerFailure: power }),
  istatr: ({ states }) => ({ inputs: [...states] }),
  ostatr: ({ states }) => ({ outputs: [...states] }),
  rstatr: ({ states }) => ({ readers: [...states] }),
  raw: ({ reader, format, bits, data }) => ({
    reader,
    formatCode: format,
    bitCount: bits,
    data: hex(data),
    bits: Array.from(data, (byte) => byte.toString(2).padStart(8, "0"))
      .join("")
      .slice(0, bits),
  }),
  keypad: ({ reader, digits }) => ({
    reader,
    digitCount: digits.length,
    data: hex(digits),
    keys: text(digits).replace(/\x7f/g, "*").replace(/\r/g, "#"),
  }),
  ccrypt: ({ clientUid, random, cryptogram }) => ({
    clientUid: hex(clientUid),
    pdRandom: hex(random),
    pdCryptogram: hex(cryptogram),
  }),
  rmac: ({ mac }) => ({ initialRMac: hex(mac) }),
  ftstat: ({ action, delayMs, status, updateBytes }) => ({
    action,
    delayMs,
    status,
    updateMessageSize: updateBytes,
  }),
};

/** The `decoded` object of a vector. */
export function asVector(value: OsdpCommand | OsdpReply): object {
  const form = FORMS[value.kind] as ((value: OsdpCommand | OsdpReply) => object) | undefined;
  return form?.(value) ?? {};
}
