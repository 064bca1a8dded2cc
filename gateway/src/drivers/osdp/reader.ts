/** One reader on the line: speaks for it in its turn, hands on what it tells, carries out what it is told. */
import {
  type AcuEvent,
  type AcuJob,
  type FileToSend,
  type Heard,
  INSTALL_WINDOW_MS,
  LinkError,
  nakReason,
  type OsdpAcu,
  type OsdpCommand,
  type OsdpReply,
  type Piece,
  type UnreadableReply,
} from "@gatehouse/protocol";
import type { DriverDeps } from "../../core/ports.ts";
import type { Ask, Member } from "../line/bus.ts";
import type { OsdpDevice, Signal } from "./config.ts";
import { signal } from "./orders.ts";
import { ReaderHealth } from "./reader-health.ts";
import type { ReaderKeys } from "./reader-keys.ts";
import { ReaderStates } from "./readings.ts";
import { type Repeats, repeatsOf } from "./repeats.ts";

export interface ReaderParts {
  readonly device: string;
  readonly config: OsdpDevice;
  readonly acu: OsdpAcu;
  readonly keys: ReaderKeys;
  readonly periodMs: number;
  /** From the end of a request to the beginning of its answer. */
  readonly replyMs: number;
  /** Of a start-up in one turn: so many that the sessions of the others do not starve meanwhile. */
  readonly startExchanges: number;
  readonly deps: DriverDeps;
  /** How a command, or a part of one, ended; undefined when it was done. */
  readonly onDone: (id: string, error: string | undefined) => void;
}

/** Exchanges of one urgent turn: a poll that is under way, what was asked for, and repeats. */
const URGENT_EXCHANGES = 8;
/** Signals for the person at the door are worth nothing later. */
const FEEDBACK_MS = 2_000;

export class OsdpReader implements Member {
  readonly device: string;
  readonly priority = 0;
  readonly periodMs: number;
  readonly #parts: ReaderParts;
  readonly #acu: OsdpAcu;
  readonly #states: ReaderStates;
  readonly #health: ReaderHealth;
  readonly #repeats: Repeats;
  #feedbacks = 0;
  #rushes = 0;
  #rushed = Promise.withResolvers<void>();
  /** What it was told to show until it is cleared; shown again after it was away. */
  #standing: readonly OsdpCommand[] = [];

  constructor(parts: ReaderParts) {
    const { device, config, deps, acu, periodMs } = parts;
    this.#parts = parts;
    this.device = device;
    this.periodMs = periodMs;
    this.#acu = acu;
    this.#repeats = repeatsOf(deps.vault, device);
    this.#states = new ReaderStates(device, config, deps.pseudonym);
    this.#health = new ReaderHealth(device, deps.health);
  }

  get isOnline(): boolean {
    return this.#acu.isOnline;
  }

  /** Its installation window is open. */
  get isInstalling(): boolean {
    return this.#acu.isInstalling;
  }

  /** Before the line is open: what was known of it when the gateway ended last. */
  async begin(): Promise<void> {
    const { keys, config, deps } = this.#parts;
    if (config.secure === "off")
      deps.log.warn(
        { device: this.device },
        "this reader speaks in clear text: cards can be read and copied on the wire",
      );
    const { doubt } = keys.memory.state;
    if (doubt !== undefined) {
      this.#health.refused(doubt.why, doubt.detail);
      await deps.accept([{ device: this.device, kind: "device.offline" }]);
    } else if (config.secure !== "off") await this.#beginWindow();
  }

  async poll(ask: Ask): Promise<void> {
    if (this.#parts.keys.memory.state.doubt !== undefined) return;
    for (let count = 1; await this.#exchange(ask); count++)
      if (!this.#acu.isStarting || count >= this.#parts.startExchanges) return;
  }

  /** A turn of its own for what waits to be sent; what is left when it must give way comes with the polls. */
  async hurry(ask: Ask, mustGiveWay: () => boolean): Promise<void> {
    for (let count = 0; count < URGENT_EXCHANGES && this.#acu.hasCommands && (count === 0 || !mustGiveWay()); count++)
      if (!(await this.#exchange(ask))) return;
  }

  add(jobs: readonly AcuJob[], first = false): void {
    for (const job of jobs) this.#acu.add(job, first);
  }

  /** In a fire the way out goes first: while it lasts, what the reader said is handed in, and its reply is not held up until that is on disk. */
  rush(on: boolean): void {
    this.#rushes += on ? 1 : -1;
    if (on) this.#rushed.resolve();
    else if (this.#rushes === 0) this.#rushed = Promise.withResolvers();
  }

  async #accept(items: readonly unknown[]): Promise<void> {
    const accepted = this.#parts.deps.accept(items);
    accepted.catch(() => {});
    await Promise.race([accepted, this.#rushed.promise]);
  }

  withdraw(ids: readonly string[]): void {
    for (const id of ids) this.#acu.withdraw(id);
  }

  sendFile(file: FileToSend): void {
    this.#acu.sendFile(file);
  }

  /** Shown at once, and again whenever the reader comes back; nothing ends it. */
  stand(orders: readonly OsdpCommand[]): void {
    this.#standing = orders;
  }

  /** For the person at the door; a reader that cannot show it shows nothing. */
  show(wanted: Signal | undefined): void {
    if (wanted !== undefined) this.#say(signal(wanted));
  }

  async openWindow(forMs: number): Promise<void> {
    const { keys, deps } = this.#parts;
    const { clock } = deps;
    const key = await keys.prepareInstall(forMs);
    this.#acu.want(key);
    this.#acu.openWindow(clock.monoMs() + forMs, clock.monoMs());
    this.#health.installing(Math.ceil(forMs / 60_000));
    deps.log.warn({ device: this.device, forMs }, "installation window opened: the factory's key is accepted");
  }

  /** A new key for a reader that has one. */
  async rotateKey(): Promise<void> {
    this.#acu.want(await this.#parts.keys.prepareNext());
  }

  /** The operator's word that this is the right reader. */
  async trust(): Promise<void> {
    await this.#parts.keys.memory.change({ doubt: undefined, pins: undefined });
    this.#health.allClear();
    this.#acu.trustAnew();
  }

  async #beginWindow(): Promise<void> {
    const { keys, config, deps } = this.#parts;
    const { clock } = deps;
    const leftMs = keys.memory.windowLeftMs(clock.nowMs(), clock.monoMs());
    if (leftMs > 0) {
      this.#acu.openWindow(clock.monoMs() + leftMs, clock.monoMs());
      this.#health.installing(Math.ceil(leftMs / 60_000));
    } else if (config.secure === "install" && keys.wantsSiteWindow) {
      await keys.memory.change({ siteWindowUsed: true });
      await this.openWindow(INSTALL_WINDOW_MS);
    } else if (config.secure === "required" && keys.memory.state.siteWindowUsed === true)
      await keys.memory.change({ siteWindowUsed: undefined });
  }

  /** One question and its answer, repeated as far as that makes sense; false when there is nothing to say now. */
  async #exchange(ask: Ask): Promise<boolean> {
    const { clock } = this.#parts.deps;
    for (;;) {
      const request = this.#acu.next(clock.monoMs());
      await this.#settle();
      if (request === undefined) return false;
      const hear = (piece: Piece) => (piece.kind === "frame" ? this.#hear(piece.bytes) : undefined);
      try {
        const heard = await ask({ request, replyMs: this.#parts.replyMs, retries: 0, hear });
        const { session } = this.#acu;
        const word = this.#wordOf(heard);
        if (word?.kind === "ack" && this.#acu.isPolling) this.#repeats.nothingHeld();
        if (word !== undefined && !this.#repeats.isRepeat(word, session, clock.monoMs())) await this.#deliver(word);
        this.#acu.take(heard, clock.monoMs());
        if (word !== undefined) this.#repeats.taken(word, session, clock.monoMs());
        await this.#settle();
        return true;
      } catch (error) {
        if (!(error instanceof LinkError && error.code === "timeout")) throw error;
        const again = this.#acu.missed();
        await this.#settle();
        if (!again) throw error;
      }
    }
  }

  #hear(bytes: Uint8Array): Heard | undefined {
    const heard = this.#acu.hear(bytes);
    return heard.kind === "elsewhere" ? undefined : heard;
  }

  /** What may become a reading. A reply that cannot be read makes none, and is told of whoever sent it. */
  #wordOf(heard: Heard): OsdpReply | UnreadableReply | undefined {
    if (heard.kind !== "answer") return undefined;
    return this.#acu.trusts(heard) || heard.reply.kind === "unreadable" ? heard.reply : undefined;
  }

  /** On disk before the reader is told to forget it. */
  async #deliver(reply: OsdpReply | UnreadableReply): Promise<void> {
    const { config } = this.#parts;
    const { items, card } = this.#states.take(reply);
    if (items.length > 0) await this.#accept(items);
    if (card !== undefined) this.show(card === "read" ? config.feedback.read : config.feedback.denied);
  }

  async #settle(): Promise<void> {
    for (const event of this.#acu.drain()) await this.#note(event);
  }

  async #note(event: AcuEvent): Promise<void> {
    const { deps, keys } = this.#parts;
    const { device } = this;
    switch (event.kind) {
      case "online":
        this.#states.forget();
        this.#health.allClear();
        await keys.memory.pin(event.pins);
        deps.log.info(
          { device, vendor: event.pins.vendor, model: event.pins.model, serial: event.pins.serial },
          "reader is online",
        );
        await this.#accept([{ device, kind: "device.online" }]);
        this.#say(this.#standing);
        return;
      case "resumed":
        this.#say(this.#standing);
        return;
      case "offline":
        await this.#accept([{ device, kind: "device.offline" }]);
        return;
      case "refused":
        this.#health.refused(event.why, event.detail);
        deps.log.warn({ device, why: event.why, detail: event.detail }, "reader answers and is not used");
        if (event.why === "changed" || event.why === "downgraded")
          await keys.memory.change({ doubt: { why: event.why, detail: event.detail } });
        return;
      case "proved":
        await keys.proved(event.key);
        return;
      case "key-refused":
        deps.log.warn({ device, detail: event.detail }, "the reader did not take its new key and keeps the one it has");
        await keys.refused(event.key);
        return;
      case "window-closed":
        this.#health.installed();
        await keys.memory.change({ window: undefined });
        return;
      default:
        this.#ended(event);
    }
  }

  #ended(event: Extract<AcuEvent, { readonly kind: "done" | "dropped" | "file" }>): void {
    const { onDone } = this.#parts;
    if (event.kind === "file") onDone(event.id, event.failed);
    // Whoever waits for a command that got no answer waits until it expires: it may have been carried out.
    if (event.kind !== "done") return;
    const { reply } = event;
    onDone(event.id, reply.kind === "nak" ? `the reader says: ${nakReason(reply.reason)}` : undefined);
  }

  #say(commands: readonly OsdpCommand[]): void {
    const expiresMs = this.#parts.deps.clock.monoMs() + FEEDBACK_MS;
    for (const command of commands) {
      this.#feedbacks += 1;
      this.#acu.add({ id: `show#${this.#feedbacks}`, command, expiresMs });
    }
  }
}
