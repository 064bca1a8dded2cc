/** The ACU's side of one PD as a state machine: start-up, secure session, polling, commands, and what is never done without security. Pure. */
import { InvariantError } from "../errors.ts";
import { type AcuKey, FACTORY_KEY } from "./acu-handshake.ts";
import { type AcuAnswer, AcuLink, type Heard, type Outgoing } from "./acu-link.ts";
import type { Pins } from "./acu-pins.ts";
import { AcuStanding, type StandingEvent } from "./acu-standing.ts";
import { AcuStartup, type ReadyPd, type StartOptions } from "./acu-startup.ts";
import { type AcuJob, AcuWork, type WorkEvent } from "./acu-work.ts";
import { CAPABILITY, type Capability, NAK, nakReason } from "./codes.ts";
import type { FileToSend } from "./file-transfer.ts";
import type { Identity } from "./replies.ts";

export type AcuEvent =
  | WorkEvent
  | StandingEvent
  | {
      readonly kind: "online";
      readonly identity: Identity;
      readonly capabilities: readonly Capability[];
      readonly pins: Pins;
    }
  /** A new session with a PD that was never reported lost: what it was told to show may be gone. */
  | { readonly kind: "resumed" }
  /** A session was opened with this key: older ones are not needed any more if it is the wanted one. */
  | { readonly kind: "proved"; readonly key: string }
  /** The PD did not take the wanted key and goes on with the one it has. */
  | { readonly kind: "key-refused"; readonly key: string; readonly detail: string }
  | { readonly kind: "window-closed" };

export interface AcuOptions extends StartOptions {
  readonly address: number;
  /** The wanted key first, then those the PD may still have. A PD found with a later one is given the first. Names are unique. */
  readonly keys: readonly AcuKey[];
  /** How often standing states are asked for; 0 for never. */
  readonly statusMs: number;
}

/** The longest time the factory's key may be used, from the operator's word on. */
export const INSTALL_WINDOW_MS = 300_000;

const TRIES = 3;
/** A command is worth more tries: giving it up leaves open whether it was carried out. */
const COMMAND_TRIES = 5;
/** One round in so many is asked with a checksum, as long as nobody ever answered. */
const CHECKSUM_EVERY = 4;
const BUSY_WAIT_MS = 50;
const BUSY_MOST_MS = 10_000;

export class OsdpAcu {
  readonly #options: AcuOptions;
  readonly #link: AcuLink;
  readonly #start: AcuStartup;
  readonly #work: AcuWork;
  readonly #standing: AcuStanding;
  readonly #events: AcuEvent[] = [];
  #keys: readonly AcuKey[];
  #windowUntilMs: number | undefined;
  /** What the conversation is about: getting to know the PD, giving it a key, or its work. */
  #phase: "start" | "keyset" | "work" = "start";
  #ready: ReadyPd | undefined;
  #session = 0;
  #tries = 0;
  #busySinceMs: number | undefined;
  #checkNaks = 0;
  /** Of a PD that has never said a word. */
  #silentRounds = 0;

  constructor(options: AcuOptions) {
    this.#options = options;
    this.#link = new AcuLink(options.address);
    this.#start = new AcuStartup(options);
    this.#work = new AcuWork(options.statusMs);
    this.#standing = new AcuStanding((event) => this.#events.push(event));
    this.#keys = options.keys;
    this.#begin("id");
  }

  get isOnline(): boolean {
    return this.#standing.isOnline;
  }

  get isInstalling(): boolean {
    return this.#windowUntilMs !== undefined;
  }

  /** Grows whenever the conversation begins anew: what was said before may be said again. */
  get session(): number {
    return this.#session;
  }

  /** Between silence and work: the next frame is better said at once. */
  get isStarting(): boolean {
    return this.#phase !== "work";
  }

  /** A PD at work was asked what is new: with an ACK it says that it holds nothing. */
  get isPolling(): boolean {
    return this.#phase === "work" && this.#work.isPoll;
  }

  /** Commands wait for their turn, or for their answer. */
  get hasCommands(): boolean {
    return this.#work.hasCommands;
  }

  /** What happened since it was last asked, in order. */
  drain(): AcuEvent[] {
    return this.#events.splice(0);
  }

  /** `first`: ahead of what waits. */
  add(job: AcuJob, first = false): void {
    this.#work.add(job, first);
  }

  /** Nobody waits for it any more: not one byte of it is sent from now on, not even again. */
  withdraw(id: string): void {
    this.#work.withdraw(id);
  }

  sendFile(file: FileToSend): void {
    this.#work.send(file);
  }

  /** The PD is given this key as soon as there is a session; it must be stored already, beside the one the PD has. */
  want(key: AcuKey): void {
    this.#keys = [key, ...this.#keys.filter(({ name }) => name !== key.name)];
    this.#tryAnew();
  }

  /** The operator's word: until then a PD with the factory's key is given the wanted one. Throws InvariantError for a longer window than is allowed. */
  openWindow(untilMs: number, nowMs: number): void {
    if (untilMs - nowMs > INSTALL_WINDOW_MS) throw new InvariantError("the installation window is at most 5 minutes");
    if (this.#keys.length === 0) throw new InvariantError("there is no key to install");
    this.#windowUntilMs = untilMs;
    this.#tryAnew();
  }

  /** The operator's word: this PD is the right one, whatever it was before. */
  trustAnew(): void {
    this.#start.pins = undefined;
    this.#tryAnew();
  }

  /** The next frame for the line; undefined while there is nothing to say. `nowMs` never goes back. */
  next(nowMs: number): Uint8Array | undefined {
    this.#watch(nowMs);
    if (nowMs < this.#standing.holdUntilMs) return undefined;
    if (this.#link.pending !== undefined) return this.#link.pending;
    const outgoing = this.#compose(nowMs);
    return outgoing === undefined ? undefined : this.#link.send(outgoing);
  }

  /** Judges a whole frame from the line; nothing of it counts before {@link take}. Throws FrameError for a damaged or forged answer. */
  hear(bytes: Uint8Array): Heard {
    return this.#link.hear(bytes);
  }

  /** Whether what it tells is the PD's own word: a card told before it has proved itself may be anybody's. Ask before {@link take}. */
  trusts(answer: AcuAnswer): boolean {
    if (this.#ready === undefined) return false;
    const { secured } = this.#ready;
    return secured === undefined || (answer.secured && secured.key !== FACTORY_KEY);
  }

  /** What was heard counts: the next frame tells the PD so. Call it when everything in the answer is safe. */
  take(heard: Heard, nowMs: number): void {
    if (heard.kind === "busy") this.#waitForBusy(nowMs);
    if (heard.kind === "answer") this.#takeAnswer(heard, nowMs);
  }

  /** No answer within its time. True when the same bytes are worth another try at once. */
  missed(): boolean {
    this.#tries += 1;
    if (this.#tries < this.#mostTries && this.#link.pending !== undefined) return true;
    if (!this.#start.isKnown) this.#guessCheck();
    this.#restart("lost");
    this.#standing.lostRound();
    return false;
  }

  /** One that may not be there at all does not cost the others more than one wait. */
  get #mostTries(): number {
    if (this.#phase === "start" && this.#start.isFirst && !this.isOnline) return 1;
    return this.#phase === "work" && this.#work.isCommand ? COMMAND_TRIES : TRIES;
  }

  #compose(nowMs: number): Outgoing | undefined {
    if (this.#phase === "work" && !this.#hasWantedKey) this.#phase = "keyset";
    if (this.#phase === "work") return { command: this.#work.next(nowMs) };
    if (this.#phase === "keyset") {
      const [wanted] = this.#keys;
      return wanted && { command: { kind: "keyset", keyType: 1, key: wanted.key } };
    }
    if (this.#options.security === "required" && this.#candidates.length === 0) {
      this.#standing.refuse("no-key", "it was never given a key of its own", nowMs, false);
      return undefined;
    }
    if (this.#start.isFirstChallenge) this.#link.restart();
    return this.#start.next();
  }

  #takeAnswer(answer: AcuAnswer, nowMs: number): void {
    const { reply, secured } = answer;
    if (reply.kind === "nak" && reply.reason === NAK.check && !secured) {
      this.#repeatOrSwapCheck();
      return;
    }
    this.#busySinceMs = undefined;
    this.#checkNaks = 0;
    this.#tries = 0;
    const isOver = this.#link.session !== undefined && !secured;
    if (isOver || (reply.kind === "nak" && reply.reason === NAK.sequence)) {
      this.#work.putBack();
      this.#begin("id");
      return;
    }
    this.#link.settle();
    if (this.#phase === "start") this.#started(answer, nowMs);
    else if (this.#phase === "keyset") this.#keySet(answer, nowMs);
    else this.#worked(answer, nowMs);
  }

  #started(answer: AcuAnswer, nowMs: number): void {
    const outcome = this.#start.take(answer);
    if (outcome.kind === "more") return;
    if (outcome.kind === "ready") {
      this.#begun(outcome, nowMs);
      return;
    }
    this.#begin("id");
    if (outcome.kind === "refused") this.#standing.refuse(outcome.why, outcome.detail, nowMs, this.isInstalling);
    if (outcome.kind === "stumbled") this.#standing.stumble(nowMs);
  }

  /** Both sides have proved themselves, or security is off. Under the factory's key nothing but KEYSET is said, and nothing is believed. */
  #begun(ready: ReadyPd, nowMs: number): void {
    const { capabilities, identity, pins, secured } = ready;
    this.#ready = ready;
    const check = capabilities.find((capability) => capability.function === CAPABILITY.checkCharacters);
    if (check?.compliance === 0) this.#link.check = "checksum";
    this.#link.session = secured?.session;
    this.#phase = secured?.key === FACTORY_KEY ? "keyset" : "work";
    if (this.#phase === "keyset") return;
    if (secured !== undefined) this.#events.push({ kind: "proved", key: secured.key.name });
    if (secured !== undefined && this.#hasWantedKey) this.#installed();
    this.#start.pins = pins;
    this.#work.begin(capabilities, nowMs);
    const isNews = this.#standing.beOnline(nowMs);
    this.#events.push(isNews ? { kind: "online", identity, capabilities, pins } : { kind: "resumed" });
  }

  #installed(): void {
    this.#keys = this.#keys.slice(0, 1);
    if (this.isInstalling) this.#closeWindow();
  }

  #keySet({ reply }: AcuAnswer, nowMs: number): void {
    if (reply.kind === "ack") {
      this.#begin("challenge");
      return;
    }
    const [wanted] = this.#keys;
    const detail = reply.kind === "nak" ? nakReason(reply.reason) : `answered with ${reply.kind}`;
    if (wanted !== undefined) this.#events.push({ kind: "key-refused", key: wanted.name, detail });
    if (this.#ready?.secured?.key === FACTORY_KEY) {
      this.#begin("id");
      this.#standing.refuse("factory-key", `it did not take a key of its own: ${detail}`, nowMs, this.isInstalling);
    } else {
      this.#keys = this.#keys.slice(1);
      this.#phase = "work";
    }
  }

  #worked({ reply, secured }: AcuAnswer, nowMs: number): void {
    this.#standing.good(nowMs);
    if (reply.kind === "nak" && reply.reason === NAK.securityConditions) {
      this.#work.putBack();
      this.#begin("id");
      if (!secured) this.#standing.refuse("wants-security", "it speaks only in a secure channel", nowMs, false);
      return;
    }
    const hasMoved = reply.kind === "com" && this.#work.isComset;
    this.#events.push(...this.#work.take(reply, nowMs));
    if (!hasMoved) return;
    this.#link.address = reply.address;
    this.#begin("id");
  }

  /** Time alone: windows that close, commands that expire, a PD that has been gone for too long. */
  #watch(nowMs: number): void {
    if (this.#windowUntilMs !== undefined && nowMs >= this.#windowUntilMs) {
      this.#closeWindow();
      if (this.#phase !== "work") this.#begin("id");
    }
    this.#events.push(...this.#work.sweep(nowMs));
    if (this.#phase === "work" && this.#work.isExpired(nowMs)) this.#restart("expired");
    this.#standing.watch(nowMs);
  }

  #closeWindow(): void {
    this.#windowUntilMs = undefined;
    this.#events.push({ kind: "window-closed" });
  }

  #waitForBusy(nowMs: number): void {
    this.#tries = 0;
    this.#busySinceMs ??= nowMs;
    this.#standing.holdUntilMs = nowMs + BUSY_WAIT_MS;
    if (nowMs - this.#busySinceMs < BUSY_MOST_MS) return;
    this.#busySinceMs = undefined;
    this.#restart("lost");
    this.#standing.lostRound();
  }

  /** The PD heard something with a wrong check: the same bytes again; at the very start it may be that it knows only the other check. */
  #repeatOrSwapCheck(): void {
    this.#checkNaks += 1;
    if (this.#phase === "start" && this.#start.isFirst && this.#checkNaks >= 2) {
      this.#checkNaks = 0;
      this.#swapCheck();
      this.#begin("id");
    } else this.missed();
  }

  /** A PD that knows no CRC may keep silent instead of saying so. */
  #guessCheck(): void {
    this.#silentRounds += 1;
    this.#link.check = this.#silentRounds % CHECKSUM_EVERY === 0 ? "checksum" : "crc";
  }

  #swapCheck(): void {
    this.#link.check = this.#link.check === "crc" ? "checksum" : "crc";
  }

  #restart(why: "expired" | "lost"): void {
    this.#events.push(...this.#work.giveUp(why));
    this.#begin("id");
  }

  #tryAnew(): void {
    this.#standing.forgive();
    if (this.#phase === "start") this.#begin("id");
  }

  /** The next frame drops whatever session there is. */
  #begin(from: "id" | "challenge"): void {
    this.#link.restart();
    this.#session += 1;
    this.#phase = "start";
    this.#ready = undefined;
    this.#tries = 0;
    this.#start.begin(this.#candidates, from);
  }

  get #candidates(): readonly AcuKey[] {
    return this.isInstalling ? [...this.#keys, FACTORY_KEY] : this.#keys;
  }

  get #hasWantedKey(): boolean {
    const used = this.#ready?.secured?.key;
    return used === undefined || used.name === this.#keys[0]?.name;
  }
}
