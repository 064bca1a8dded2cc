/** The process of one board: gets its task from its parent, tells it what it logs, and ends with whatever ends the board's session. */
import { scaledClock, systemClock } from "@gatehouse/protocol";
import type { Logger } from "./log.ts";
import { parsePlace } from "./place.ts";
import { type BridgedBoard, runBoard } from "./run-board.ts";
import { openWire } from "./wire.ts";

/** What the parent hears. */
export type Told = ToldLine | ToldWriting;

interface ToldLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly fields: object;
  readonly message: string;
}

/** Whether the board is half written: then this process must not be killed. */
interface ToldWriting {
  readonly level: "writing";
  readonly writing: boolean;
}

const LOST = 75;

const send = (told: Told) => {
  if (process.connected) process.send?.(told);
};
const tell = (level: ToldLine["level"]) => (fields: object, message: string) => send({ level, fields, message });

const log: Logger = {
  debug: tell("debug"),
  info: tell("info"),
  warn: tell("warn"),
  error: tell("error"),
  child: () => log,
};

const stop = new AbortController();
for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => stop.abort());
// A board without its parent would be held by two processes after the parent's restart.
process.on("disconnect", () => stop.abort());

process.once("message", (task) => {
  void run(task as BridgedBoard);
});

async function run(task: BridgedBoard): Promise<void> {
  try {
    const wire = await openWire(parsePlace(task.board.link));
    const clock = task.anchor === undefined ? systemClock : scaledClock(task.anchor);
    const onWriting = (writing: boolean) => send({ level: "writing", writing });
    await runBoard({ ...task, wire, clock, log, onWriting }, stop.signal);
    process.exit(0);
  } catch (error) {
    tell("warn")({ reason: (error as Error).message }, "board is lost");
    // Lets the line above go.
    systemClock.after(50, () => process.exit(LOST));
  }
}
