/** Simulated devices on one line: each hears what the gateway says, their answers leave in the time the rate allows, and two that speak at once garble each other. */
import type { Clock } from "@gatehouse/protocol";
import type { SimDevice } from "./device.ts";

/** The far end of a line, whatever carries it. */
export interface Wire {
  onBytes(listener: (bytes: Uint8Array) => void): void;
  say(bytes: Uint8Array): void;
}

export interface SharedLineOptions {
  /** Real time; devices are told its monotonic ms. One that shows a clock of its own takes it elsewhere. */
  readonly clock: Clock;
  /** One character on the wire, ms; default 0: bytes travel at once and never meet. */
  readonly characterMs?: number;
  /** How often devices are asked for what they say unasked; default 10 ms. */
  readonly tickMs?: number;
}

export interface SharedLine {
  /** Devices may be added and taken off while it runs. */
  readonly devices: Set<SimDevice>;
  /** Nothing is said any more. */
  stop(): void;
}

/** Bytes on their way, from the first character's begin to the last one's end. */
interface Transmission {
  readonly fromMs: number;
  bytes: Uint8Array;
  cancel: () => void;
}

const TICK_MS = 10;
/** Where no device speaks unasked, it is only looked whether one was added that does. */
const IDLE_TICK_MS = 500;

export function shareLine(wire: Wire, devices: Iterable<SimDevice>, options: SharedLineOptions): SharedLine {
  const { clock, characterMs = 0, tickMs = TICK_MS } = options;
  const all = new Set(devices);
  const onAir = new Set<Transmission>();
  let stopped = false;
  let cancelTick = () => {};

  const send = (transmission: Transmission) => {
    onAir.add(transmission);
    const untilMs = transmission.fromMs + transmission.bytes.length * characterMs;
    transmission.cancel = clock.after(untilMs - clock.monoMs(), () => {
      onAir.delete(transmission);
      wire.say(transmission.bytes);
    });
  };
  const say = (bytes: Uint8Array, afterMs: number) => {
    let next: Transmission = { fromMs: clock.monoMs() + afterMs, bytes, cancel: () => {} };
    if (characterMs > 0) {
      for (const other of [...onAir].filter((candidate) => meet(candidate, next, characterMs))) {
        other.cancel();
        onAir.delete(other);
        next = collide(other, next, characterMs);
      }
    }
    send(next);
  };
  wire.onBytes((bytes) => {
    if (stopped) return;
    const heardMs = bytes.length * characterMs;
    for (const device of all)
      for (const answer of device.hear(bytes, clock.monoMs())) say(answer.bytes, heardMs + answer.afterMs);
  });
  const tick = () => {
    const speakers = [...all].filter((device) => device.tick !== undefined);
    const soonMs = Math.min(...speakers.map((device) => device.tickMs ?? tickMs), tickMs);
    cancelTick = clock.after(speakers.length > 0 ? soonMs : IDLE_TICK_MS, tick);
    for (const device of speakers) for (const bytes of device.tick?.(clock.monoMs()) ?? []) say(bytes, 0);
  };
  tick();
  return {
    devices: all,
    stop: () => {
      stopped = true;
      cancelTick();
      for (const { cancel } of onAir) cancel();
      onAir.clear();
    },
  };
}

const endOf = ({ fromMs, bytes }: Transmission, characterMs: number): number => fromMs + bytes.length * characterMs;

const meet = (a: Transmission, b: Transmission, characterMs: number): boolean =>
  a.fromMs < endOf(b, characterMs) && b.fromMs < endOf(a, characterMs);

/** What a receiver makes of two drivers that pull at the same pair: where both speak, the zeros win. */
function collide(a: Transmission, b: Transmission, characterMs: number): Transmission {
  const fromMs = Math.min(a.fromMs, b.fromMs);
  const length = Math.ceil((Math.max(endOf(a, characterMs), endOf(b, characterMs)) - fromMs) / characterMs - 1e-6);
  const mixed = new Uint8Array(length).fill(0xff);
  for (const { fromMs: beginMs, bytes } of [a, b]) {
    const at = Math.round((beginMs - fromMs) / characterMs);
    bytes.forEach((byte, index) => {
      if (at + index < length) mixed[at + index] = (mixed[at + index] as number) & byte;
    });
  }
  return { fromMs, bytes: mixed, cancel: () => {} };
}
