/** Arguments of the command line that are more than text. */
import { type Clock, ConfigError, parseAnchor, scaledClock, systemClock } from "@gatehouse/protocol";
import { InvalidArgumentError } from "commander";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `HOST:PORT` or `PORT`, on loopback without a host. */
export function parseAddress(text: string): Address {
  const match = /^(?:(.+):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535)
    throw new InvalidArgumentError("write it as HOST:PORT, for instance 127.0.0.1:9464");
  return { host: (match[1] ?? "127.0.0.1").replace(/^\[(.*)\]$/, "$1"), port };
}

/** A number of megabytes (10^6), as bytes. */
export function parseMegabytes(text: string): number {
  const megabytes = Number(text);
  if (!Number.isFinite(megabytes) || megabytes < 8) throw new InvalidArgumentError("write a number of MB, at least 8");
  return megabytes * 1_000_000;
}

/** The system's clock, or a scaled one for `WORLDMS,REALMS,SCALE`. */
export function clockFor(anchor: string | undefined): Clock {
  if (anchor === undefined) return systemClock;
  const parsed = parseAnchor(anchor);
  if (parsed === undefined)
    throw new ConfigError({
      path: "--clock",
      reason: `"${anchor}" is no clock`,
      fix: "write it as WORLDMS,REALMS,SCALE",
    });
  return scaledClock(parsed);
}

/** Aborts on SIGTERM, SIGINT and, where nothing else is meant by it, SIGHUP; a second SIGINT ends the process at once. */
export function untilSignal(onHangUp?: () => void): AbortSignal {
  const stop = new AbortController();
  if (onHangUp !== undefined) process.on("SIGHUP", onHangUp);
  const names = ["SIGTERM", "SIGINT", ...(onHangUp === undefined ? (["SIGHUP"] as const) : [])] as const;
  for (const name of names) {
    process.on(name, () => {
      if (stop.signal.aborted && name === "SIGINT") process.exit(130);
      stop.abort();
    });
  }
  return stop.signal;
}
