/** What is wired to a board's free pins, through johnny-five's own classes. One board a process: johnny-five cannot give one back. */
import type { BoardSensor, Clock, CommandResult, DeviceCommand } from "@gatehouse/protocol";
import { LedArgs, LinkError, OutputArgs, RejectedError } from "@gatehouse/protocol";
import firmata from "firmata-io";
import five from "johnny-five";
import type { FirmataTransport } from "./board-wire.ts";
import { type SensorReading, SensorState } from "./sensor-readings.ts";

export interface SensorsOptions {
  readonly sensors: readonly BoardSensor[];
  readonly transport: FirmataTransport;
  readonly clock: Clock;
  readonly report: (device: string, reading: SensorReading) => void;
}

export interface Sensors {
  /** Devices whose pin is not one that could be used, with why. */
  readonly refused: ReadonlyMap<string, string>;
  /** Undefined when the device is no indicator of this board. */
  indicate(device: string, command: DeviceCommand): Omit<CommandResult, "id"> | undefined;
}

type FirmataIo = InstanceType<typeof firmata.Firmata>;
type OnPin = { readonly board: InstanceType<typeof five.Board>; readonly pin: string | number };

/** The board tells by itself when it starts; a board that has long been running is asked. */
const ASK_VERSION_MS = 300;
const READY_MS = 15_000;
const LEVEL_EVERY_MS = 200;

/** Resolves when every sensor is set up. Throws LinkError when the board does not tell its pins. */
export async function startSensors(options: SensorsOptions): Promise<Sensors> {
  const { sensors, transport, clock } = options;
  const io = new firmata.Firmata(transport, { reportVersionTimeout: ASK_VERSION_MS });
  const board = new five.Board({ io, repl: false, debug: false, sigint: false });
  transport.emit("open");
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(READY_MS, () =>
    late.reject(new LinkError("timeout", `the board did not tell its pins within ${READY_MS} ms`)),
  );
  try {
    await Promise.race([new Promise((resolve) => board.once("ready", resolve)), late.promise]);
  } finally {
    cancel();
  }
  const lamps = new Map<string, Lamp>();
  const refused = new Map<string, string>();
  for (const sensor of sensors) {
    const on: OnPin = { board, pin: sensor.pin.startsWith("A") ? sensor.pin : Number(sensor.pin) };
    try {
      checkPin(sensor, io);
      if (sensor.type === "indicator") lamps.set(sensor.device, new Lamp(new five.Led(on), clock));
      else listen(sensor, on, options);
    } catch (error) {
      refused.set(sensor.device, `pin ${sensor.pin}: ${(error as Error).message}`);
    }
  }
  return { refused, indicate: (device, command) => lamps.get(device)?.obey(command) };
}

/** The firmware tells no modes for the pins that have a role. */
function checkPin({ pin, type }: BoardSensor, { pins, analogPins, MODES }: FirmataIo): void {
  const number = pin.startsWith("A") ? analogPins[Number(pin.slice(1))] : Number(pin);
  const modes = number === undefined ? [] : (pins[number]?.supportedModes ?? []);
  const wanted = type === "indicator" ? MODES.OUTPUT : type === "level" ? MODES.ANALOG : MODES.INPUT;
  if (!modes.includes(wanted))
    throw new RejectedError("it is not there, has a role of the firmware's, or cannot do this");
}

function listen(sensor: BoardSensor, on: OnPin, options: SensorsOptions): void {
  const state = new SensorState(sensor);
  const tell = (reading: SensorReading | undefined) => {
    if (reading !== undefined) options.report(sensor.device, reading);
  };
  if (sensor.type === "switch") {
    const contact = new five.Switch({ ...on, type: "NO" });
    const look = () => tell(state.contact(contact.isOpen));
    contact.on("open", look);
    contact.on("close", look);
  } else if (sensor.type === "motion") {
    const motion = new five.Motion(on);
    const look = () => tell(state.state(motion.detectedMotion !== sensor.inverted));
    for (const event of ["calibrated", "motionstart", "motionend"]) motion.on(event, look);
  } else {
    listenLevel(sensor, new five.Sensor({ ...on, freq: LEVEL_EVERY_MS }), state, tell, options.clock);
  }
}

function listenLevel(
  sensor: BoardSensor,
  level: InstanceType<typeof five.Sensor>,
  state: SensorState,
  tell: (reading: SensorReading | undefined) => void,
  clock: Clock,
): void {
  let toldMs = Number.NEGATIVE_INFINITY;
  level.on("data", () => {
    if (level.raw === null) return;
    if (sensor.reads !== "power") return tell(state.level(level.raw));
    if (clock.monoMs() - toldMs < sensor.everySeconds * 1_000) return;
    toldMs = clock.monoMs();
    tell(state.power(level.raw));
  });
}

/** A lamp or any other output that nobody gets hurt by. */
class Lamp {
  readonly #led: InstanceType<typeof five.Led>;
  readonly #clock: Clock;
  #cancel = () => {};

  constructor(led: InstanceType<typeof five.Led>, clock: Clock) {
    this.#led = led;
    this.#clock = clock;
  }

  obey({ action, args = {} }: DeviceCommand): Omit<CommandResult, "id"> {
    if (action === "output") {
      const { data } = OutputArgs.safeParse(args);
      if (data === undefined || data.output !== 0)
        return { ok: false, error: "output takes { output: 0, on, seconds }" };
      this.#show(data.on, undefined, data.seconds);
      return { ok: true };
    }
    if (action !== "led") return { ok: false, error: `an indicator knows output and led, not ${action}` };
    const { data } = LedArgs.safeParse(args);
    if (data === undefined) return { ok: false, error: "led takes { color, onSeconds, offSeconds, seconds }" };
    const beats = [data.onSeconds, data.offSeconds].flatMap((seconds) => seconds ?? []);
    const blinkMs = beats.length === 0 ? undefined : Math.round(Math.max(...beats) * 1_000);
    this.#show(data.color !== "off", blinkMs, data.seconds);
    return { ok: true };
  }

  #show(on: boolean, blinkMs: number | undefined, seconds: number | undefined): void {
    this.#cancel();
    this.#led.stop();
    if (!on) this.#led.off();
    else if (blinkMs === undefined) this.#led.on();
    else this.#led.blink(blinkMs);
    if (on && seconds !== undefined) this.#cancel = this.#clock.after(seconds * 1_000, () => this.#led.stop().off());
  }
}
