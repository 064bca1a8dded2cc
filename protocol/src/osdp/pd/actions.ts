/** What a PD does with a command that reached it: the reply, and what the state shows from then on. */
import { BAUD_RATES, CAPABILITY, type Capability, itemsOf, LED, NAK, OUTPUT } from "../codes.ts";
import type { OsdpCommand } from "../commands.ts";
import type { LedControl, LedPattern, OutputControl } from "../indicators.ts";
import type { OsdpReply } from "../replies.ts";
import { isOutputOn, type PdOptions, type PdState } from "./state.ts";

const ACK: OsdpReply = { kind: "ack" };

export function nak(reason: number): OsdpReply {
  return { kind: "nak", reason, detail: new Uint8Array(0) };
}

/** A command's view of the PD. */
export interface Doing {
  readonly state: PdState;
  readonly options: PdOptions;
  nowMs: number;
  readonly fileParts: FileParts;
  /** Where and how fast it speaks, after COMSET from the next frame on. */
  settings: { address: number; baud: number };
}

/** A file on its way in. */
export interface FileParts {
  type: number;
  bytes: Uint8Array;
  received: number;
}

type Does = {
  readonly [K in OsdpCommand["kind"]]?: (
    command: Extract<OsdpCommand, { readonly kind: K }>,
    doing: Doing,
  ) => OsdpReply;
};

/** Commands without a row are none this PD knows: NAK 3. POLL, KEYSET and the handshake are the link's. */
const DOES: Does = {
  id: (_, { options }) => ({ kind: "pdid", ...options.identity }),
  cap: (_, { state }) => ({ kind: "pdcap", capabilities: state.capabilities }),
  lstat: (_, { state }) => localStatus(state),
  istat: (_, { state }) => reported("istatr", state.inputs),
  ostat: (_, { state, nowMs }) => outputStatus(state, nowMs),
  rstat: (_, { state }) => reported("rstatr", state.readers),
  out: ({ outputs }, doing) => {
    if (outputs.some(({ output }) => output >= doing.state.outputs.length)) return nak(NAK.unknownCommand);
    if (outputs.some(({ control }) => control > OUTPUT.offForTime)) return nak(NAK.record);
    for (const wanted of outputs) switchOutput(doing.state, wanted, doing.nowMs);
    return ACK;
  },
  led: ({ leds }, { state, nowMs }) => {
    if (itemsOf(state.capabilities, CAPABILITY.leds) === 0) return nak(NAK.unknownCommand);
    if (!leds.every((led) => isLedRecord(state, led))) return nak(NAK.record);
    for (const led of leds) showLed(state, led, nowMs);
    return ACK;
  },
  buz: ({ buzzers }, { state }) => {
    if (!has(state.capabilities, CAPABILITY.audible)) return nak(NAK.unknownCommand);
    if (buzzers.some(({ reader }) => reader >= state.readers.length)) return nak(NAK.record);
    for (const buzzer of buzzers) state.buzzers.set(buzzer.reader, buzzer);
    return ACK;
  },
  text: ({ kind: _, ...text }, { state }) => {
    if (!has(state.capabilities, CAPABILITY.text)) return nak(NAK.unknownCommand);
    if (text.reader >= state.readers.length || text.command < 1 || text.command > 4) return nak(NAK.record);
    state.texts.set(text.reader, text);
    return ACK;
  },
  comset: ({ address, baud }, doing) => {
    if (address > 0x7e) return nak(NAK.length);
    const possible = (BAUD_RATES as readonly number[]).includes(baud);
    doing.settings = { address, baud: possible ? baud : doing.settings.baud };
    return { kind: "com", ...doing.settings };
  },
  acurxsize: ({ sizeBytes }, { state }) => {
    state.acuBytes = sizeBytes;
    return ACK;
  },
  keepactive: () => ACK,
  abort: (_, { fileParts }) => {
    fileParts.received = 0;
    fileParts.bytes = new Uint8Array(0);
    return ACK;
  },
  filetransfer: takeFragment,
  mfg: ({ vendor, data }, { state, options }) => {
    if (!vendor.every((byte, i) => byte === options.identity.vendor[i])) return nak(NAK.unknownCommand);
    state.manufacturer = { vendor: vendor.slice(), data: data.slice() };
    return ACK;
  },
};

export function act(command: OsdpCommand, doing: Doing): OsdpReply {
  if (doing.options.refuses?.includes(command.kind)) return nak(NAK.record);
  const does = DOES[command.kind] as ((command: OsdpCommand, doing: Doing) => OsdpReply) | undefined;
  return does?.(command, doing) ?? nak(NAK.unknownCommand);
}

export function localStatus({ tamper, power }: PdState): OsdpReply {
  return { kind: "lstatr", tamper, power };
}

export function reported(kind: "istatr" | "rstatr", states: Uint8Array): OsdpReply {
  return states.length === 0 ? nak(NAK.unknownCommand) : { kind, states: states.slice() };
}

export function outputStatus(state: PdState, nowMs: number): OsdpReply {
  const states = Uint8Array.from(state.outputs, (_, output) => (isOutputOn(state, output, nowMs) ? 1 : 0));
  return states.length === 0 ? nak(NAK.unknownCommand) : { kind: "ostatr", states };
}

function has(capabilities: readonly Capability[], wanted: number): boolean {
  return capabilities.some((capability) => capability.function === wanted && capability.compliance > 0);
}

/** The lasting codes 3 and 4 let a running timer end in the new state. */
function switchOutput(state: PdState, { output, control, timerTenths }: OutputControl, nowMs: number): void {
  const shown = state.outputs[output];
  if (shown === undefined || control === OUTPUT.keep) return;
  const running = shown.timer !== undefined && nowMs < shown.timer.untilMs ? shown.timer : undefined;
  const lasting = running?.on ?? isOutputOn(state, output, nowMs);
  if (control === OUTPUT.onForTime || control === OUTPUT.offForTime) {
    shown.on = control === OUTPUT.onForTime;
    shown.timer = timerTenths === 0 ? undefined : { untilMs: nowMs + timerTenths * 100, on: lasting };
    return;
  }
  const on = control === OUTPUT.onForGood || control === OUTPUT.onAllowTimer;
  const waits = control === OUTPUT.offAllowTimer || control === OUTPUT.onAllowTimer;
  if (waits && running !== undefined) shown.timer = { untilMs: running.untilMs, on };
  else {
    shown.on = on;
    shown.timer = undefined;
  }
}

function isLedRecord(state: PdState, { reader, led, temporary, permanent }: LedControl): boolean {
  const blinks = ({ onTenths, offTenths }: LedPattern) => onTenths > 0 || offTenths > 0;
  return (
    reader < state.readers.length &&
    led < itemsOf(state.capabilities, CAPABILITY.leds) &&
    temporary.control <= LED.temporarySet &&
    permanent.control <= LED.permanentSet &&
    (temporary.control !== LED.temporarySet || blinks(temporary)) &&
    (permanent.control !== LED.permanentSet || blinks(permanent))
  );
}

function showLed(state: PdState, { reader, led, temporary, permanent }: LedControl, nowMs: number): void {
  const key = `${reader}:${led}`;
  const before = state.leds.get(key);
  const kept = temporary.control === LED.temporaryKeep ? before : undefined;
  const set = temporary.control === LED.temporarySet;
  const forever = temporary.timerTenths === 0;
  state.leds.set(key, {
    temporary: set ? temporary : kept?.temporary,
    untilMs: set ? (forever ? Number.POSITIVE_INFINITY : nowMs + temporary.timerTenths * 100) : (kept?.untilMs ?? 0),
    permanent: permanent.control === LED.permanentSet ? permanent : before?.permanent,
  });
}

/** Statuses of FTSTAT: 0 go on, 1 done, -1 refused, -3 malformed. */
function takeFragment(
  { fileType, totalBytes, offset, data }: Extract<OsdpCommand, { kind: "filetransfer" }>,
  { state, options, fileParts }: Doing,
): OsdpReply {
  const answer = (status: number): OsdpReply => ({ kind: "ftstat", action: 1, delayMs: 0, status, updateBytes: 0 });
  if (totalBytes > (options.maxFileBytes ?? 1 << 20)) return answer(-1);
  if (offset === 0) {
    fileParts.type = fileType;
    fileParts.bytes = new Uint8Array(totalBytes);
    fileParts.received = 0;
  }
  const { bytes, received, type } = fileParts;
  if (offset !== received || type !== fileType || bytes.length !== totalBytes || offset + data.length > totalBytes)
    return answer(-3);
  bytes.set(data, offset);
  fileParts.received += data.length;
  if (fileParts.received < totalBytes) return answer(0);
  state.file = { type: fileType, bytes };
  fileParts.bytes = new Uint8Array(0);
  fileParts.received = 0;
  return answer(1);
}
