/** One board from its wire to the gateway's broker: session, sensors and a link for each of its devices. Single use. */
import {
  type Clock,
  type ClockAnchor,
  type CommandResult,
  type DeviceCommand,
  type DeviceStatus,
  devicesOfBoard,
  InvariantError,
  LinkError,
  type RawReading,
  type SiteBoard,
} from "@gatehouse/protocol";
import { shareWire } from "./board-wire.ts";
import { type BrokerAccess, DeviceLink } from "./device-link.ts";
import { DoorSession } from "./door-session.ts";
import type { Logger } from "./log.ts";
import type { SensorReading } from "./sensor-readings.ts";
import type { Sensors } from "./sensors.ts";
import type { Wire } from "./wire.ts";
import type { OwnedPins } from "./write-gate.ts";

/** What a board's process is given. */
export interface BridgedBoard {
  readonly board: SiteBoard;
  readonly broker: BrokerAccess;
  /** By device; a device without one may come in over loopback where the site allows it. */
  readonly passwords: Readonly<Record<string, string>>;
  /** World time other than the system's (demo and tests). */
  readonly anchor?: ClockAnchor;
}

export interface RunBoardOptions extends BridgedBoard {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly log: Logger;
}

const GOODBYE_MS = 500;

/** Until the signal aborts. Throws LinkError when the board is lost; a gateway that is away is waited for. */
export async function runBoard(options: RunBoardOptions, signal: AbortSignal): Promise<void> {
  const { board, wire, clock, log } = options;
  const shared = shareWire(wire, ownedPins(board));
  const links = new Map<string, DeviceLink>();
  const isSensor = (device: string) => board.sensors.some((sensor) => sensor.device === device);
  let status: DeviceStatus = { state: "offline" };
  let sensors: Sensors | undefined;
  const linkOf = (device: string): DeviceLink => {
    const link = links.get(device);
    if (link === undefined) throw new InvariantError(`board ${board.id} speaks for no ${device}`);
    return link;
  };
  const session = new DoorSession({
    board,
    wire: shared,
    clock,
    log,
    deliver: (reading) => linkOf(reading.device).publish(reading),
    onOpen: ({ boot, journal, oldest, next, major, minor }) => {
      log.info({ boot, journal, held: next - oldest, firmware: `${major}.${minor}` }, "board is there");
      status = { state: "online", firmware: `door-node ${major}.${minor}` };
      for (const [device, link] of links)
        if (!isSensor(device) || sensors?.refused.has(device) === false) link.setStatus(status);
    },
  });
  const carryOut = async (device: string, command: DeviceCommand): Promise<Omit<CommandResult, "id"> | undefined> => {
    if (Date.parse(command.notAfter) <= clock.nowMs())
      return { ok: false, error: "too late: the time it was allowed had passed" };
    const lock = board.locks?.indexOf(device) ?? -1;
    if (lock >= 0) return session.locks.carryOut(lock, command);
    return sensors?.indicate(device, command) ?? { ok: false, error: `${device} carries out no commands` };
  };
  for (const device of new Set(devicesOfBoard(board).map(({ device }) => device))) {
    const password = options.passwords[device];
    const link = new DeviceLink({
      device,
      broker: options.broker,
      password,
      clock,
      log,
      carryOut: (command) => carryOut(device, command),
    });
    links.set(device, link);
  }
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  wire.onClosed((why) => lost.reject(new LinkError("closed", `board ${board.id}: ${why}`)));
  const stop = new AbortController();
  const linked = Promise.all([...links.values()].map((link) => link.run(stop.signal)));
  try {
    const report = numbered(clock, (reading) => void linkOf(reading.device).publish(reading));
    const begun = beginSensors({ ...options, transport: shared.transport, report }).then((started) => {
      sensors = started;
      for (const [device, reason] of started?.refused ?? []) log.error({ device, reason }, "sensor cannot be used");
      for (const [device, link] of links) if (isSensor(device) && !started?.refused.has(device)) link.setStatus(status);
      return untilAborted(signal);
    });
    await Promise.race([session.run(signal), begun, lost.promise]);
  } finally {
    for (const link of links.values()) link.setStatus({ state: "offline" });
    await clock.sleep(GOODBYE_MS);
    stop.abort();
    wire.close();
    await linked;
  }
}

/** johnny-five is loaded only where something hangs on a free pin. */
async function beginSensors({
  board,
  transport,
  clock,
  report,
}: RunBoardOptions & {
  readonly transport: ReturnType<typeof shareWire>["transport"];
  readonly report: (device: string, reading: SensorReading) => void;
}): Promise<Sensors | undefined> {
  if (board.sensors.length === 0) return undefined;
  const { startSensors } = await import("./sensors.ts");
  return startSensors({ sensors: board.sensors, transport, clock, report });
}

/** Sensors have no journal of their own: the start of this process is their epoch. */
function numbered(clock: Clock, publish: (reading: RawReading) => void) {
  const epoch = Math.floor(clock.nowMs() / 1_000);
  const seqs = new Map<string, number>();
  return (device: string, reading: SensorReading): void => {
    const seq = (seqs.get(device) ?? 0) + 1;
    seqs.set(device, seq);
    publish({ device, epoch, seq, at: new Date(clock.nowMs()).toISOString(), ...reading });
  };
}

function ownedPins({ sensors }: SiteBoard): OwnedPins {
  const digital = sensors.filter(({ pin }) => !pin.startsWith("A"));
  const numbers = (some: typeof digital) => some.map(({ pin }) => Number(pin));
  return { owned: numbers(digital), pulledUp: numbers(digital.filter(({ type }) => type === "switch")) };
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
