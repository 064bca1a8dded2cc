/** A door node obeying line by line: its modules as a program of this machine (`firmware/host`), or its image in simavr (`firmware/simavr`). */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import {
  type DoorNodeBoardMessage,
  type DoorNodeHostMessage,
  decodeBoardMessage,
  encodeHostMessage,
  firmataBoardFraming,
  fromHex,
  isDoorNodeMessage,
  Splitter,
  toHex,
} from "@gatehouse/protocol";

export const PINS = { beamA: 2, beamB: 3, contact: 4, button: 5, tamper: 6, fire: 7, lock: 8, buzzer: 9, status: 13 };

export class DoorNodeHost {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: ((lines: readonly string[]) => void)[] = [];
  #rest = "";
  #lines: string[] = [];
  #stderr = "";
  #cuts = 0;
  readonly #splitter = new Splitter(firmataBoardFraming);

  /** Of a folder where `host` was made; in simavr, where `simavr` was made, when a chip is named. */
  constructor(folder: string, chip?: "atmega328p" | "atmega2560") {
    const [program, args] =
      chip === undefined ? ["door-node-host", []] : ["door-node-simavr", [chip, join(folder, `door-node-${chip}.hex`)]];
    this.#child = spawn(join(folder, program as string), args as string[], { stdio: "pipe" });
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => this.#take(text));
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.#child.on("close", () => {
      for (const done of this.#waiting.splice(0)) done([`ended ${this.#stderr}`]);
    });
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line !== ".") {
        this.#lines.push(line);
        continue;
      }
      this.#waiting.shift()?.(this.#lines);
      this.#lines = [];
    }
  }

  /** All lines in one go, the answers of all of them. Throws when the program ended, as it does when a sanitizer speaks. */
  async ask(...lines: readonly string[]): Promise<string[]> {
    const answers = lines.map(() => new Promise<readonly string[]>((resolve) => this.#waiting.push(resolve)));
    this.#child.stdin.write(`${lines.join("\n")}\n`);
    const all = (await Promise.all(answers)).flat();
    const ended = all.find((line) => line.startsWith("ended") || line.startsWith("unknown"));
    if (ended !== undefined) throw new Error(ended);
    return all;
  }

  /** Obeys the lines, and gives what the board sent meanwhile, message by message. */
  async frames(...lines: readonly string[]): Promise<Uint8Array[]> {
    const sent = (await this.ask(...lines)).filter((line) => line.startsWith("tx "));
    const pieces = sent.flatMap((line) => this.#splitter.push(fromHex(line.slice(3))));
    const noise = pieces.filter(({ kind }) => kind === "noise");
    // A restart cuts the message that was being sent.
    if (lines.some((line) => /^(reset|power)/.test(line))) this.#cuts++;
    if (noise.length > this.#cuts) throw new Error(`the board sent ${toHex(noise[0]?.bytes ?? new Uint8Array())}`);
    if (noise.length > 0) this.#cuts = 0;
    return pieces.flatMap(({ kind, bytes }) => (kind === "frame" ? [bytes] : []));
  }

  /** As {@link frames}, own messages alone. */
  async messages(...lines: readonly string[]): Promise<DoorNodeBoardMessage[]> {
    return (await this.frames(...lines)).filter(isDoorNodeMessage).map(decodeBoardMessage);
  }

  /** Says it, gives the board 40 ms, and takes what comes. */
  async say(message: DoorNodeHostMessage): Promise<DoorNodeBoardMessage[]> {
    return await this.messages(`rx ${hexOf(encodeHostMessage(message))}`, "run 40");
  }

  /** The one answer of that kind. */
  async answer<Kind extends DoorNodeBoardMessage["kind"]>(
    message: DoorNodeHostMessage,
    kind: Kind,
  ): Promise<DoorNodeBoardMessage & { readonly kind: Kind }> {
    const all = await this.say(message);
    const isIt = (one: DoorNodeBoardMessage): one is DoorNodeBoardMessage & { readonly kind: Kind } =>
      one.kind === kind;
    // A window of events may be in front of it.
    for (let wait = 0; wait < 4 && !all.some(isIt); wait++) all.push(...(await this.messages("run 20")));
    const found = all.find(isIt);
    if (found === undefined) throw new Error(`no ${kind} among ${JSON.stringify(all)}`);
    return found;
  }

  /** A door as it hangs: beams see light, closed, button up, tamper and fire loops closed. */
  async settle(): Promise<void> {
    const low = [PINS.beamA, PINS.beamB, PINS.contact, PINS.tamper, PINS.fire];
    await this.frames(...low.map((pin) => `pin ${pin} 0`), `pin ${PINS.button} 1`, "run 300");
  }

  /** Greets, and acknowledges until nothing is left. All events that came. */
  async drain(): Promise<(DoorNodeBoardMessage & { readonly kind: "event" })[]> {
    const events: (DoorNodeBoardMessage & { readonly kind: "event" })[] = [];
    const isEvent = (one: DoorNodeBoardMessage) => one.kind === "event";
    let heard = await this.say({ kind: "hello", protocol: 1 });
    // What was under way from a session before comes first, and comes again.
    while (!heard.some(({ kind }) => kind === "hello")) heard = await this.messages("run 10");
    heard = heard.slice(heard.findIndex(({ kind }) => kind === "hello"));
    for (let quiet = 0; quiet < 3; ) {
      const news = heard.filter(isEvent) as typeof events;
      events.push(...news.filter(({ seq }) => seq > (events.at(-1)?.seq ?? 0)));
      const last = events.at(-1);
      quiet = news.length > 0 ? 0 : quiet + 1;
      heard =
        last === undefined
          ? await this.messages("run 40")
          : await this.say({ kind: "ack", journal: last.journal, seq: last.seq });
    }
    return events;
  }

  async lockReleased(): Promise<boolean> {
    const [line] = await this.ask(`get ${PINS.lock}`);
    return line === "pin 1 1";
  }

  async stop(): Promise<void> {
    const closed = once(this.#child, "close");
    this.#child.stdin.end();
    await closed;
    if (this.#child.exitCode !== 0)
      throw new Error(`the door node ended with ${this.#child.exitCode}: ${this.#stderr}`);
  }
}

export const hexOf = (bytes: Uint8Array): string => toHex(bytes).replaceAll(" ", "").toLowerCase();
