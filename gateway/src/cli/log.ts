/** Logging of the commands: pretty on a terminal, JSON lines elsewhere. */
import { type DestinationStream, type Logger as Pino, pino } from "pino";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Writes to stderr, so that stdout stays for what a command is asked for; and to `ring`, whatever is written. */
export async function openLog(level: LogLevel, ring?: { write(line: string): void }): Promise<Pino> {
  const options = { level, base: null };
  if (!process.stderr.isTTY) {
    const out = pino.destination({ dest: 2, sync: true });
    return pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime }, withRing(out, ring));
  }
  const { default: pretty } = await import("pino-pretty");
  return pino(options, withRing(pretty({ destination: 2, sync: true, translateTime: "SYS:HH:MM:ss.l" }), ring));
}

type Lines = { write(line: string): unknown };

const withRing = (out: Lines, ring: Lines | undefined): DestinationStream => ({
  write: (line) => {
    ring?.write(line);
    out.write(line);
  },
});
