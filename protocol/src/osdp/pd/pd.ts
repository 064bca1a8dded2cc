/** A PD as a pure state machine: sequence numbers, resends, security and events around the commands. Bytes in, bytes out, time passed in. */
import { FrameError } from "../../errors.ts";
import { CAPABILITY, NAK } from "../codes.ts";
import { type OsdpCommand, osdpCommands } from "../commands.ts";
import {
  decodeOsdpFrame,
  encodeOsdpFrame,
  hasMac,
  OSDP_BROADCAST,
  type OsdpFrame,
  SCS,
  type SecurityBlock,
} from "../frame.ts";
import { type OsdpReply, osdpReplies } from "../replies.ts";
import { isSame, type SecureSession } from "../secure-channel.ts";
import { act, type Doing, localStatus, nak, reported } from "./actions.ts";
import { EventQueue } from "./events.ts";
import { FAILED_RMAC, keyWanted, PdHandshake } from "./handshake.ts";
import { createPdState, type PdOptions, type PdState } from "./state.ts";

const SESSION_MS = 8_000;
const MAX_EVENTS = 64;
/** Answered by a PD that insists on a session, so that an ACU finds out what it is. */
const OPEN_TO_ALL: readonly number[] = [osdpCommands.codeOf("id"), osdpCommands.codeOf("cap")];
const STATUS: readonly number[] = (["lstat", "istat", "ostat", "rstat"] as const).map(osdpCommands.codeOf);
const BUSY: OsdpReply = { kind: "busy" };

/** What the PD has answered last, to say it again. */
interface Said {
  readonly sequence: number;
  /** The command without its mark. */
  readonly asked: Uint8Array;
  readonly reply: Uint8Array;
}

/** How a command is answered: `security` for a block outside a session, `plain` where a session must not sign it. */
interface Answer {
  readonly reply: OsdpReply;
  readonly security?: SecurityBlock | undefined;
  readonly plain?: boolean | undefined;
  readonly sequence?: number | undefined;
  /** Not remembered: the ACU asks again under the same number. */
  readonly passing?: boolean | undefined;
}

/** `random` gives so many bytes: a CSPRNG, or a seeded one in tests. */
export function createPd(options: PdOptions, random: (count: number) => Uint8Array): Pd {
  return new Pd(options, random);
}

export class Pd {
  readonly state: PdState;
  readonly #options: PdOptions;
  readonly #handshake: PdHandshake;
  readonly #events: EventQueue;
  readonly #doing: Doing;
  #session: SecureSession | undefined;
  #said: Said | undefined;
  #heardMs = 0;
  #busy = 0;

  constructor(options: PdOptions, random: (count: number) => Uint8Array) {
    this.#options = options;
    this.state = createPdState(options);
    this.#handshake = new PdHandshake(options, random);
    this.#events = new EventQueue(options.maxEvents ?? MAX_EVENTS);
    this.#doing = {
      state: this.state,
      options,
      nowMs: 0,
      fileParts: { type: 0, bytes: new Uint8Array(0), received: 0 },
      settings: { address: options.address, baud: options.baud ?? 9_600 },
    };
  }

  get address(): number {
    return this.#doing.settings.address;
  }

  get baud(): number {
    return this.#doing.settings.baud;
  }

  /** Its own key, as last set; for a simulator that keeps it over a restart. */
  get key(): Uint8Array | undefined {
    return this.#handshake.key;
  }

  get isSecure(): boolean {
    return this.#session !== undefined;
  }

  get installMode(): boolean {
    return this.#handshake.installMode;
  }

  /** Events that no ACU has acknowledged, and those that found no room. */
  get events(): { readonly waiting: number; readonly lost: number } {
    return { waiting: this.#events.size, lost: this.#events.lost };
  }

  /** Told at the next POLL: RAW, KEYPAD and whatever else a PD says by itself. */
  push(event: OsdpReply): void {
    this.#events.push(event);
  }

  setTamper(on: boolean): void {
    this.state.tamper = on ? 1 : 0;
    this.push(localStatus(this.state));
  }

  setPowerFailed(failed: boolean): void {
    this.state.power = failed ? 1 : 0;
    this.push(localStatus(this.state));
  }

  setInput(input: number, active: boolean): void {
    this.state.inputs[input] = active ? 1 : 0;
    this.push(reported("istatr", this.state.inputs));
  }

  /** Answers so many commands with BUSY. */
  beBusy(times: number): void {
    this.#busy = times;
  }

  /** Another key without KEYSET, as if the reader had been replaced. */
  setKey(scbk: Uint8Array): void {
    this.#handshake.setKey(scbk);
    this.#forgetSession();
  }

  /** Another address without COMSET, as if somebody had turned the reader's switches. */
  moveTo(address: number): void {
    this.#doing.settings = { ...this.#doing.settings, address };
  }

  closeInstallMode(): void {
    this.#handshake.closeInstallMode();
  }

  /** Power off and on: the link and every event not yet told are gone, keys and settings stay. */
  reboot(): void {
    this.#forgetSession();
    this.#said = undefined;
    this.#events.clear();
  }

  /** One frame of the line, as the Splitter gives it. The answer's bytes, or undefined where a PD keeps silent. */
  hear(bytes: Uint8Array, nowMs: number): Uint8Array | undefined {
    const frame = this.#forMe(bytes);
    if (frame === undefined) return undefined;
    if (this.#options.checksumOnly && frame.check === "crc")
      return withMark(
        frame.mark,
        this.#encode({ ...frame, check: "checksum" }, { reply: nak(NAK.check), plain: true }),
      );
    if (nowMs - this.#heardMs >= (this.#options.sessionMs ?? SESSION_MS)) this.#forgetSession();
    this.#heardMs = nowMs;
    const asked = frame.mark ? bytes.subarray(1) : bytes;
    const due = this.#said === undefined ? 0 : (this.#said.sequence % 3) + 1;
    if (frame.sequence === 0) {
      this.#forgetSession();
      this.#events.restart();
    } else if (frame.sequence === this.#said?.sequence && isSame(asked, this.#said.asked)) {
      return withMark(frame.mark, this.#said.reply);
    } else if (frame.sequence !== due) {
      return withMark(frame.mark, this.#encode(frame, { reply: nak(NAK.sequence), sequence: due }));
    }
    const address = this.address;
    this.#doing.nowMs = nowMs;
    const answer = this.#answer(frame);
    const reply = this.#encode(frame, answer, address);
    if (!answer.passing) this.#said = { sequence: frame.sequence, asked: asked.slice(), reply };
    return withMark(frame.mark, reply);
  }

  #forMe(bytes: Uint8Array): OsdpFrame | undefined {
    try {
      const frame = decodeOsdpFrame(bytes);
      return !frame.reply && (frame.address === this.address || frame.address === OSDP_BROADCAST) ? frame : undefined;
    } catch (error) {
      if (error instanceof FrameError) return undefined;
      throw error;
    }
  }

  #answer(frame: OsdpFrame): Answer {
    if (this.#busy > 0) {
      this.#busy--;
      return { reply: BUSY, plain: true, sequence: 0, passing: true };
    }
    const type = frame.security?.type;
    if (type === SCS[11] || type === SCS[13]) return this.#handshakeWith(frame);
    if (hasMac(frame.security)) return this.#secured(frame);
    if (type !== undefined) return { reply: nak(NAK.securityConditions), plain: true };
    if (this.#session !== undefined) return { reply: nak(NAK.securityConditions) };
    if (this.#options.secureRequired && !OPEN_TO_ALL.includes(frame.code))
      return { reply: nak(NAK.securityConditions) };
    if (frame.sequence !== 0) this.#events.acknowledge();
    return this.#decoded(frame.code, frame.payload, (command) => ({ reply: this.#act(command) }));
  }

  #secured(frame: OsdpFrame): Answer {
    if (this.#session === undefined) return { reply: nak(NAK.securityConditions), plain: true };
    let payload: Uint8Array;
    try {
      payload = this.#session.open(frame);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#forgetSession();
      return { reply: nak(NAK.securityConditions), plain: true };
    }
    // Only now: a forged frame must not make the PD forget a card.
    this.#events.acknowledge();
    return this.#decoded(frame.code, payload, (command) => ({ reply: this.#act(command) }));
  }

  #handshakeWith(frame: OsdpFrame): Answer {
    this.#endSession();
    if (!this.state.capabilities.some(({ function: of, compliance }) => of === CAPABILITY.security && compliance > 0))
      return { reply: nak(NAK.securityUnsupported) };
    return this.#decoded(frame.code, frame.payload, (command) => {
      if (command.kind === "chlng" && frame.security?.type === SCS[11])
        return this.#handshake.challenge(command.random, keyWanted(frame)) ?? { reply: nak(NAK.securityConditions) };
      if (command.kind !== "scrypt" || frame.security?.type !== SCS[13]) return { reply: nak(NAK.securityConditions) };
      const agreed = this.#handshake.confirm(command.cryptogram);
      if (agreed === undefined)
        return this.#options.refusesHandshakeBy === "rmac" ? FAILED_RMAC : { reply: nak(NAK.securityUnsupported) };
      this.#session = agreed.session;
      return agreed.answer;
    });
  }

  #decoded(code: number, payload: Uint8Array, then: (command: OsdpCommand) => Answer): Answer {
    let command: OsdpCommand;
    try {
      command = osdpCommands.decode(code, payload);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      return { reply: nak(error.code === "unknown" ? NAK.unknownCommand : NAK.length) };
    }
    return then(command);
  }

  #act(command: OsdpCommand): OsdpReply {
    if (command.kind === "poll") return this.#events.offer() ?? { kind: "ack" };
    if (command.kind !== "keyset") return act(command, this.#doing);
    if (this.#session === undefined) return nak(NAK.securityConditions);
    if (command.keyType !== 1 || command.key.length !== 16) return nak(NAK.length);
    this.#handshake.setKey(command.key);
    return { kind: "ack" };
  }

  #encode(asked: OsdpFrame, answer: Answer, address = this.address): Uint8Array {
    const { code, payload } = osdpReplies.encode(answer.reply);
    const frame = {
      mark: false,
      address: asked.address === OSDP_BROADCAST ? OSDP_BROADCAST : address,
      reply: true,
      sequence: answer.sequence ?? asked.sequence,
      check: asked.check,
      code,
      payload,
    };
    // The answers of a handshake stand under their own block: the session begins behind them.
    const session = answer.security === undefined && !answer.plain ? this.#session : undefined;
    if (session === undefined) return encodeOsdpFrame({ ...frame, security: answer.security });
    const readable = this.#options.clearStatus && STATUS.includes(asked.code) && payload.length > 0;
    return encodeOsdpFrame(readable ? session.seal(frame, SCS[15]) : session.seal(frame));
  }

  /** An ACU that needs a new session may not have heard what the old one said last. */
  #endSession(): void {
    if (this.#session !== undefined) this.#events.restart();
    this.#session = undefined;
  }

  #forgetSession(): void {
    this.#endSession();
    this.#handshake.forget();
  }
}

/** With the mark byte where the command had one. */
function withMark(mark: boolean, reply: Uint8Array): Uint8Array {
  return mark ? Uint8Array.of(0xff, ...reply) : reply;
}
