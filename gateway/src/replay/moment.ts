/** Times given on the command line. */
import { ConfigError, Time } from "@gatehouse/protocol";

/** Ms; undefined for a flag that was not given. Throws ConfigError. */
export function parseMoment(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (Time.safeParse(text).success) return Date.parse(text);
  const example = "write it as 2026-03-01T00:00:00+08:00";
  throw new ConfigError({ path: flag, reason: `"${text}" is no time with an offset`, fix: example });
}
