/** One radar on one line: its reports handed on, its acknowledgements matched to what was asked. */
import {
  type Clock,
  decodeRadarConfig,
  encodeRadarConfig,
  FrameError,
  type Framing,
  LinkError,
  type Piece,
  type RadarAck,
  type RadarCommand,
  RejectedError,
  Splitter,
} from "@gatehouse/protocol";
import type { Logger } from "../../core/ports.ts";
import type { Line } from "../line/line.ts";

export interface RadarLinkOptions {
  readonly line: Line;
  readonly framing: Framing;
  readonly clock: Clock;
  readonly log: Logger;
  /** A whole report. Throws FrameError for one that cannot be read. */
  onReport(frame: Uint8Array): void;
  /** Bytes that were no frame. */
  onNoise(bytes: number): void;
}

const ACK_MS = 500;
const TRIES = 3;

export class RadarLink {
  readonly #options: RadarLinkOptions;
  readonly #splitter: Splitter;
  #waiting: { readonly command: number; readonly resolve: (ack: RadarAck) => void } | undefined;
  readonly counters = { reports: 0, damaged: 0, noiseBytes: 0 };

  constructor(options: RadarLinkOptions) {
    this.#options = options;
    this.#splitter = new Splitter(options.framing);
  }

  /** From now on frames are heard. */
  begin(): void {
    this.#options.line.onBytes((bytes) => {
      for (const piece of this.#splitter.push(bytes)) this.#hear(piece);
    });
  }

  /** One at a time. Throws LinkError `timeout` without an acknowledgement, `closed` with the line, RejectedError when the radar refused. */
  async ask(command: RadarCommand, signal: AbortSignal): Promise<RadarAck> {
    const { line, clock } = this.#options;
    const what = `radar command ${command.command.toString(16).padStart(4, "0")}`;
    for (let tries = 0; tries < TRIES; tries++) {
      const { promise, resolve } = Promise.withResolvers<RadarAck>();
      this.#waiting = { command: command.command, resolve };
      try {
        await line.write(encodeRadarConfig(command));
        const late = new AbortController();
        const stop = AbortSignal.any([signal, late.signal]);
        const none = clock.sleep(ACK_MS, stop).catch(() => undefined);
        const ack = await Promise.race([promise, none]);
        late.abort();
        if (signal.aborted) throw new LinkError("closed", `${what} was given up`, { cause: signal.reason });
        if (ack === undefined) continue;
        if (ack.status !== 0) throw new RejectedError(`${what}: the radar refused it (${ack.status})`);
        return ack;
      } finally {
        this.#waiting = undefined;
      }
    }
    throw new LinkError("timeout", `${what}: no acknowledgement, is the radar's RX connected?`);
  }

  #hear(piece: Piece): void {
    const { onReport, onNoise, log } = this.#options;
    if (piece.kind === "noise") {
      this.counters.noiseBytes += piece.bytes.length;
      onNoise(piece.bytes.length);
      return;
    }
    try {
      const config = configIn(piece.bytes);
      if (config === undefined) {
        onReport(piece.bytes);
        this.counters.reports += 1;
      } else if (config.kind === "ack" && config.command === this.#waiting?.command) this.#waiting.resolve(config);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.counters.damaged += 1;
      log.debug({ code: error.code, reason: error.message }, "report dropped");
      onNoise(piece.bytes.length);
    }
  }
}

function configIn(frame: Uint8Array): RadarCommand | RadarAck | undefined {
  return frame[0] === 0xfd ? decodeRadarConfig(frame) : undefined;
}
