/** The line and the bus alone: the smallest driver there can be, and a device that counts. */
import {
  type CommandResult,
  type DeviceCommand,
  type Framing,
  LinkError,
  type Piece,
  RejectedError,
} from "@gatehouse/protocol";
import { type Ask, type Driver, type DriverDeps, LineBus, LinkUrl, openLine, type Question } from "gatehouse";
import type { ReplugRow } from "./replug-run.ts";

/** `AA what value`, complemented: `AA 01 2A 2B`. */
const framing: Framing = {
  maxBytes: 4,
  look: (bytes) => {
    if (bytes[0] !== 0xaa) return { skip: 1, reason: "garbage" };
    if (bytes.length < 4) return { need: 4 };
    return sum(bytes) === bytes[3] ? { frame: 4 } : { skip: 1, reason: "checksum" };
  },
};

const READ = 1;
const SWITCH = 2;
const ANSWER = 0x80;

const sum = (bytes: Uint8Array): number => ((bytes[1] as number) + (bytes[2] as number)) & 0xff;
const frame = (what: number, value: number): Uint8Array => Uint8Array.of(0xaa, what, value, (what + value) & 0xff);

const question = (what: number, value = 0): Question<number> => ({
  request: frame(what, value),
  replyMs: 200,
  hear: (piece: Piece) => (piece.kind === "frame" && piece.bytes[1] === (what | ANSWER) ? piece.bytes[2] : undefined),
});

class EchoDriver implements Driver {
  readonly id = "echo";
  readonly #link: string;
  readonly #deps: Omit<DriverDeps, "devices">;
  #bus: LineBus | undefined;

  constructor(link: string, deps: Omit<DriverDeps, "devices">) {
    this.#link = link;
    this.#deps = deps;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, health, accept } = this.#deps;
    const line = await openLine(LinkUrl.parse(this.#link), { clock, log }, signal);
    try {
      this.#bus = new LineBus({ line, framing, clock, log, health, driver: this.id });
      let last: number | undefined;
      const member = {
        device: "counter",
        priority: 0 as const,
        periodMs: 50,
        poll: async (ask: Ask) => {
          const value = await ask(question(READ));
          if (value !== last) await accept([{ device: "counter", value }]);
          last = value;
        },
      };
      await this.#bus.run([member], signal);
    } finally {
      await line.close();
    }
  }

  async command(device: string, { id, action }: DeviceCommand, signal: AbortSignal): Promise<CommandResult> {
    if (action !== "unlock") throw new RejectedError("it can only be unlocked");
    if (this.#bus === undefined) throw new LinkError("refused", "the line is down");
    await this.#bus.urgent(device, (ask) => ask(question(SWITCH, 1)), signal);
    return { id, ok: true };
  }
}

export const echoRow: ReplugRow = {
  driver: "line and bus alone",
  query: "?baud=115200",
  create: (link, deps) => new EchoDriver(link, deps),
  simulate: () => {
    let value = 0;
    let obeyed = 0;
    const device = {
      id: "counter",
      hear: (bytes: Uint8Array) => {
        const what = bytes[1] as number;
        if (what === SWITCH) obeyed += 1;
        return [{ afterMs: 2, bytes: frame(what | ANSWER, value) }];
      },
      act: () => {},
    };
    return {
      devices: [device],
      happen: (n) => {
        value = (n + 1) % 256;
      },
      tells: (item, n) => (item as { readonly value: number }).value === (n + 1) % 256,
      // A new driver does not know what the last one told.
      repeats: true,
      command: { device: "counter", action: "unlock", args: {} },
      obeyed: () => obeyed,
    };
  },
};
