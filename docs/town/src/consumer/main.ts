/** `node docs/town/src/consumer/main.ts`: one instance of a town's consumer group. */
import { systemClock } from "@gatehouse/protocol";
import type { JsMsg } from "@nats-io/jetstream";
import { runProgram } from "../run-program.ts";
import { Book } from "./book.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { readStream } from "./stream.ts";

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5_000;

const say = (fields: object, message: string) =>
  process.stdout.write(`${JSON.stringify({ ...fields, msg: message })}\n`);

await runProgram(HELP, async () => {
  const options = readOptions(process.argv.slice(2));
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  await keepReading(options, stop.signal);
});

/** Whatever breaks is made anew: what was not acknowledged comes again. */
async function keepReading(options: Options, signal: AbortSignal): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  const went = () => {
    pauseMs = FIRST_PAUSE_MS;
  };
  while (!signal.aborted) {
    try {
      await readInto(options, went, signal);
    } catch (error) {
      if (signal.aborted) return;
      say({ error: String(error), againInMs: pauseMs }, "reading stopped");
      await systemClock.sleep(pauseMs, signal).catch(() => {});
      pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
    }
  }
}

async function readInto({ stream, postgres }: Options, went: () => void, signal: AbortSignal): Promise<void> {
  const book = await Book.open(postgres);
  const take = async (batch: readonly JsMsg[]) => {
    const arrivals = batch.map(({ seq, subject, data }) => ({ streamSequence: seq, subject, payload: data }));
    const written = await book.write(arrivals);
    went();
    say({ ...written }, "written");
  };
  const reading = () => say({ stream: stream.stream, group: stream.group }, "reading");
  try {
    await readStream(stream, { reading, take }, signal);
  } finally {
    await book.close().catch(() => {});
  }
}
