/** Logging of the commands: pretty on a terminal, JSON lines elsewhere. */
import { type Logger as Pino, pino } from "pino";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Writes to stderr, so that stdout stays for what a command is asked for. */
export async function openLog(level: LogLevel): Promise<Pino> {
  const options = { level, base: null };
  if (!process.stderr.isTTY)
    return pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
  const { default: pretty } = await import("pino-pretty");
  return pino(options, pretty({ destination: 2, sync: true, translateTime: "SYS:HH:MM:ss.l" }));
}
