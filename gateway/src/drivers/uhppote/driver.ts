/** Driver of UHPPOTE (Weigeng) UDP access boards: events by index, doors opened by command. Cards are never written. */
import {
  type CommandResult,
  type DeviceCommand,
  InvariantError,
  LinkError,
  RejectedError,
  type UhppoteKind,
  type UhppoteRequest,
} from "@gatehouse/protocol";
import { figuresOf } from "../../core/line-figures.ts";
import type { Driver, DriverDeps, DriverType } from "../../core/ports.ts";
import { PendingCommands } from "../pending-commands.ts";
import { Board } from "./board.ts";
import { boardsOf, seatIn } from "./board-devices.ts";
import { BoardSocket } from "./board-socket.ts";
import { UhppoteConfig, UhppoteDevice } from "./config.ts";

class UhppoteDriver implements Driver {
  readonly id: string;
  readonly #config: UhppoteConfig;
  readonly #deps: DriverDeps;
  readonly #socket: BoardSocket;
  readonly #commands: PendingCommands;
  readonly #stop = new AbortController();
  #used = false;

  constructor(id: string, config: UhppoteConfig, deps: DriverDeps) {
    this.id = id;
    this.#config = config;
    this.#deps = deps;
    this.#commands = new PendingCommands(deps.clock);
    const places = new Map(config.boards.map(({ serial, host }) => [serial, host]));
    this.#socket = new BoardSocket({
      clock: deps.clock,
      log: deps.log,
      tap: deps.tap,
      placeOf: (serial) => places.get(serial),
      broadcast: config.broadcast,
      listen: config.listen,
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#used) throw new InvariantError(`driver ${this.id} runs once`);
    this.#used = true;
    const stop = this.#stop.signal;
    const ask = <K extends UhppoteKind>(request: UhppoteRequest<K>) => this.#socket.ask(request, stop);
    const { deps, config } = { deps: this.#deps, config: this.#config };
    const boards = boardsOf(deps.devices).map((board) => new Board({ deps, config, board, ask }));
    const onAbort = () => this.#stop.abort(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    const running: Promise<void>[] = [];
    try {
      await this.#socket.open();
      deps.figures?.(() => figuresOf({ line: this.#socket.counters, members: [] }));
      this.#socket.onPushed((serial) => boards.find((board) => board.serial === serial)?.wake());
      running.push(...boards.map((board) => board.run(stop)));
      await Promise.race([Promise.all([aborted(stop), ...running]), this.#socket.lost]);
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#stop.abort();
      await Promise.allSettled(running);
      this.#commands.abandon(`driver ${this.id} ended`);
      await this.#socket.close();
    }
  }

  async command(device: string, command: DeviceCommand, signal: AbortSignal): Promise<CommandResult> {
    const seat = seatIn(this.#deps.devices, device);
    if (seat === undefined) throw new RejectedError(`device ${device} is not of driver ${this.id}`);
    const { serial, door } = seat;
    if (command.action !== "unlock" || door === undefined)
      throw new RejectedError(
        `device ${device} cannot ${command.action}: a door of a board can \`unlock\`, nothing else`,
      );
    // Behind its deadline no packet of it goes out any more.
    const over = new AbortController();
    const stop = AbortSignal.any([signal, this.#stop.signal, over.signal]);
    const send = async () => {
      if (this.#stop.signal.aborted) throw new LinkError("refused", `driver ${this.id} has ended`);
      const reply = await this.#socket.ask({ kind: "open-door", serial, door }, stop).catch((error: unknown) => {
        // The board may have heard the packet: whoever asked waits for an answer until the deadline.
        if (error instanceof LinkError && error.code === "timeout") return undefined;
        throw error;
      });
      if (reply === undefined) return;
      const answer = reply.ok ? { ok: true } : { ok: false, error: `board ${serial} did not open door ${door}` };
      this.#commands.settle(device, { id: command.id, ...answer });
    };
    try {
      return await this.#commands.ask(device, command, send, signal);
    } finally {
      over.abort();
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

export const uhppote = {
  type: "uhppote",
  config: UhppoteConfig,
  device: UhppoteDevice,
  actions: ["unlock"],
  create: (id: string, config: UhppoteConfig, deps: DriverDeps): Driver => new UhppoteDriver(id, config, deps),
} satisfies DriverType<UhppoteConfig>;
