/** One board from its wire to the gateway's broker: session, sensors and a link for each of its devices. Single use. */
import {
  type BoardUpdateAsk,
  type Clock,
  type ClockAnchor,
  type CommandResult,
  type DeviceCommand,
  type DeviceStatus,
  DOOR_NODE_CHIPS,
  devicesOfBoard,
  FLASH_CHIPS,
  type FlashAsk,
  InvariantError,
  LinkError,
  type RawReading,
  type SiteBoard,
  speakerOfBoard,
  type UpdateEnd,
  type UpdateStage,
} from "@gatehouse/protocol";
import { drainBoard } from "./board-drain.ts";
import { shareWire } from "./board-wire.ts";
import { type BrokerAccess, DeviceLink } from "./device-link.ts";
import { DoorSession } from "./door-session.ts";
import { updateBoard } from "./flashing/update-board.ts";
import type { Logger } from "./log.ts";
import { parsePlace } from "./place.ts";
import type { SensorReading } from "./sensor-readings.ts";
import type { Sensors } from "./sensors.ts";
import { UpdateDesk } from "./update-desk.ts";
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
  /** While its program is half written, and again when that is over. */
  readonly onWriting?: (writing: boolean) => void;
}

const GOODBYE_MS = 500;

/**
 * Until the signal aborts, or the gateway wanted a new program on the board and that is done. Throws LinkError when the board is lost; a gateway
 * that is away is waited for.
 */
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
  const speaker = speakerOfBoard(board);
  const desk = new UpdateDesk({
    clock,
    tell: async (told) => (speaker === undefined ? undefined : linkOf(speaker).tellUpdate(told)),
  });
  const onUpdate = (ask: BoardUpdateAsk) => desk.hear(ask);
  for (const device of new Set(devicesOfBoard(board).map(({ device }) => device))) {
    const { broker, passwords } = options;
    const own = { device, broker, password: passwords[device], clock, log };
    const way = device === speaker ? { onUpdate } : {};
    links.set(device, new DeviceLink({ ...own, ...way, carryOut: (command) => carryOut(device, command) }));
  }
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  wire.onClosed((why) => lost.reject(new LinkError("closed", `board ${board.id}: ${why}`)));
  const stop = new AbortController();
  const over = new AbortController();
  const serving = AbortSignal.any([signal, over.signal]);
  const linked = Promise.all([...links.values()].map((link) => link.run(stop.signal)));
  try {
    const report = numbered(clock, (reading) => void linkOf(reading.device).publish(reading));
    const begun = beginSensors({ ...options, transport: shared.transport, report }).then((started) => {
      sensors = started;
      for (const [device, reason] of started?.refused ?? []) log.error({ device, reason }, "sensor cannot be used");
      for (const [device, link] of links) if (isSensor(device) && !started?.refused.has(device)) link.setStatus(status);
      return untilAborted(serving);
    });
    const asked = await Promise.race([session.run(serving), begun, lost.promise, desk.asked]);
    if (asked === undefined) return;
    const letGo = () => {
      over.abort();
      wire.close();
      for (const link of links.values()) link.setStatus({ state: "offline" });
    };
    log.info({ id: asked.id }, "board gets a new program");
    const work = (at: UpdateWork["at"], cancel: AbortSignal) =>
      update({ ...options, session, asked, letGo, at, cancel: AbortSignal.any([cancel, signal]) });
    const end = await desk.carryOut(work, asked, signal);
    log.info({ ...end }, "board's update has ended");
  } finally {
    over.abort();
    for (const link of links.values()) link.setStatus({ state: "offline" });
    await clock.sleep(GOODBYE_MS);
    stop.abort();
    wire.close();
    await linked;
  }
}

interface UpdateWork extends RunBoardOptions {
  readonly session: DoorSession;
  readonly asked: FlashAsk;
  readonly letGo: () => void;
  readonly at: (stage: UpdateStage, share: number | null) => void;
  readonly cancel: AbortSignal;
}

/** What the board has counted comes first. */
async function update({ board, clock, session, asked, letGo, at, cancel, onWriting }: UpdateWork): Promise<UpdateEnd> {
  at("drain", null);
  const isIn = await drainBoard(session, clock, cancel);
  if (!isIn) return { kind: "failed", board: "before", reason: "what the board has counted could not be taken in" };
  if (cancel.aborted) return { kind: "cancelled", board: "before" };
  letGo();
  const title = DOOR_NODE_CHIPS[session.hello?.chip ?? 0];
  const chip = Object.values(FLASH_CHIPS).find((one) => one.title === title)?.name ?? asked.chip;
  const { baud, pressSeconds, sha256 } = asked;
  const place = parsePlace(board.link);
  return await updateBoard({ place, clock, chip, baud, pressSeconds, sha256, onStage: at, onWriting }, cancel);
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

const untilAborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
