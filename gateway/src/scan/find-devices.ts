/** One search for devices, on a line or on the local network, as somebody at a screen asks for it. */
import { type Clock, ConfigError } from "@gatehouse/protocol";
import type { Logger } from "../core/ports.ts";
import { type LineAddress, LinkUrl } from "../drivers/line/address.ts";
import { openLine } from "../drivers/line/open-line.ts";
import { scanBoards } from "./boards.ts";
import { BOARDS, PROTOCOLS, scannersFor } from "./protocols.ts";
import { type Discovery, runScan } from "./run-scan.ts";
import type { OnProgress } from "./scanner.ts";
import { partsOf, type SitePart } from "./site-piece.ts";

export interface FindAsked {
  /** Without it the local network is searched. */
  readonly link?: string | undefined;
  readonly protocols?: readonly string[] | undefined;
  readonly thorough: boolean;
}

export interface FindDone {
  readonly parts: readonly SitePart[];
  readonly remarks: readonly string[];
  readonly tried: readonly string[];
}

/** Ends early when the signal aborts. Throws ConfigError for what cannot be searched, LinkError for a line that cannot be opened. */
export async function findDevices(
  { link, protocols, thorough }: FindAsked,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
  onProgress: OnProgress,
  signal: AbortSignal,
  onFound: (parts: readonly SitePart[]) => void = () => {},
): Promise<FindDone> {
  checkProtocols(protocols);
  if (link === undefined) {
    const boards = await scanBoards({ clock, onProgress }, signal);
    return { parts: boards === undefined ? [] : [boards], remarks: [], tried: [BOARDS] };
  }
  const address = addressIn(link);
  const scanners = scannersFor(protocols ?? PROTOCOLS, address);
  if (scanners.length === 0)
    throw new ConfigError({
      path: "protocols",
      reason: `nothing of that can be found at ${link}`,
      fix: "leave the protocols out, or name those of the devices on this line",
    });
  const bauds = /[?&]baud=/.test(link) ? [address.baud] : undefined;
  const told = (found: readonly Discovery[]) => onFound(partsOf(found));
  const rest = { bauds, thorough, clock, log, open: openLine, onProgress, onFound: told };
  const { discoveries, remarks, tried } = await runScan({ address, scanners, ...rest }, signal);
  return { parts: partsOf(discoveries), remarks, tried };
}

function checkProtocols(protocols: readonly string[] = []): void {
  const unknown = protocols.find((name) => !PROTOCOLS.includes(name));
  if (unknown === undefined) return;
  const fix = `there are ${PROTOCOLS.join(", ")}`;
  throw new ConfigError({ path: "protocols", reason: `"${unknown}" is unknown`, fix });
}

function addressIn(link: string): LineAddress {
  const parsed = LinkUrl.safeParse(link);
  if (parsed.success) return parsed.data;
  const fix = "write serial:/dev/serial/by-id/…, tcp:HOST:PORT or rfc2217:HOST:PORT";
  throw new ConfigError({ path: "link", reason: parsed.error.issues[0]?.message ?? `"${link}" is no line`, fix });
}
