/** From what a sensor on a free pin shows to readings: changes alone, levels with two thresholds. Pure. */
import type { BoardSensor, ReadingKind, ReadingValue } from "@gatehouse/protocol";

export interface SensorReading {
  readonly kind: ReadingKind;
  readonly value?: ReadingValue;
}

const PAIRS = {
  door: ["door.opened", "door.closed"],
  input: ["input.on", "input.off"],
  tamper: ["tamper.on", "tamper.off"],
  fire: ["fire.on", "fire.off"],
  presence: ["presence.on", "presence.off"],
} as const;

/** A door's contact opens with the door, an alarm loop with the alarm; any other contact closes when something is on. */
const OPENS: readonly string[] = ["door", "tamper", "fire"];

/** Remembers what was told, so that a repeat of the same state is none. One a sensor. */
export class SensorState {
  readonly #sensor: BoardSensor;
  readonly #input: number;
  #on: boolean | undefined;

  constructor(sensor: BoardSensor) {
    this.#sensor = sensor;
    this.#input = Number(sensor.pin.replace("A", ""));
  }

  /** A switch between the pin and ground. */
  contact(isOpen: boolean): SensorReading | undefined {
    const { reads = "input", inverted } = this.#sensor;
    return this.state((isOpen === OPENS.includes(reads)) !== inverted);
  }

  /** Already the right way round. */
  state(on: boolean): SensorReading | undefined {
    if (on === this.#on) return undefined;
    this.#on = on;
    const { type, reads = type === "motion" ? "presence" : "input" } = this.#sensor;
    if (reads === "power") return undefined;
    const kind = PAIRS[reads][on ? 0 : 1];
    return reads === "input" ? { kind, value: this.#input } : { kind };
  }

  /** 0 to 1023, as a state that needs both thresholds to change. */
  level(raw: number): SensorReading | undefined {
    const { on, off } = this.#sensor;
    if (raw >= on) return this.state(true);
    return raw <= off || this.#on === undefined ? this.state(false) : undefined;
  }

  /** Watts out of a level. */
  power(raw: number): SensorReading {
    const { scale, offset } = this.#sensor;
    return { kind: "meter.powerW", value: Math.max(0, Math.round((raw - offset) * scale * 10) / 10) };
  }
}
