/** Goes through protocols and rates on one line, a fresh line for each, and collects what answers. */
import { type Clock, LinkError } from "@gatehouse/protocol";
import type { Logger } from "../core/ports.ts";
import type { LineAddress, WireFormat } from "../drivers/line/address.ts";
import type { Line } from "../drivers/line/line.ts";
import type { openLine } from "../drivers/line/open-line.ts";
import { Ear } from "./ear.ts";
import type { Found, OnProgress, Scanner } from "./scanner.ts";

export interface ScanOptions {
  readonly address: LineAddress;
  readonly scanners: readonly Scanner[];
  /** Rates instead of the scanners' own; behind a raw TCP device server the rate is the server's, and none is tried. */
  readonly bauds?: readonly number[] | undefined;
  readonly parity?: WireFormat["parity"] | undefined;
  /** All rates are tried, also after devices were found at one. */
  readonly thorough: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly open: typeof openLine;
  readonly onProgress: OnProgress;
  /** Told with each device of all that was found up to then. */
  readonly onFound?: (discoveries: readonly Discovery[]) => void;
}

/** Devices of one protocol at one rate. */
export interface Discovery {
  readonly protocol: string;
  readonly address: LineAddress;
  readonly devices: readonly Found[];
}

export interface ScanResult {
  readonly discoveries: readonly Discovery[];
  readonly remarks: readonly string[];
  /** `osdp at 9600`, in the order tried. */
  readonly tried: readonly string[];
  readonly seconds: number;
  /** Given up before the end. */
  readonly cut: boolean;
}

/** When the signal aborts it ends early with what was found. Throws LinkError when the line cannot be opened or is lost. */
export async function runScan(options: ScanOptions, signal: AbortSignal): Promise<ScanResult> {
  const { address, scanners, clock, onProgress } = options;
  const fromMs = clock.monoMs();
  const steps = scanners.flatMap((scanner) => addressesOf(scanner, options).map((at) => ({ scanner, at })));
  const discoveries: Discovery[] = [];
  const remarks: string[] = [];
  const tried: string[] = [];
  for (const [index, { scanner, at }] of steps.entries()) {
    if (signal.aborted) break;
    if (!options.thorough && discoveries.some(({ protocol }) => protocol === scanner.name)) continue;
    const name = address.kind === "tcp" ? scanner.name : `${scanner.name} at ${at.baud}`;
    tried.push(name);
    const devices: Found[] = [];
    const onShare: OnProgress = (share, note) => onProgress((index + share) / steps.length, `${name}: ${note}`);
    try {
      for await (const finding of listen(scanner, at, options, onShare, signal)) {
        if (finding.kind === "device") {
          devices.push(finding);
          options.onFound?.([...discoveries, { protocol: scanner.name, address: at, devices: [...devices] }]);
        } else remarks.push(`${name}: ${finding.text}`);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (devices.length > 0) discoveries.push({ protocol: scanner.name, address: at, devices });
  }
  const seconds = (clock.monoMs() - fromMs) / 1_000;
  return { discoveries, remarks, tried, seconds, cut: signal.aborted };
}

function addressesOf(scanner: Scanner, { address, bauds, parity }: ScanOptions): LineAddress[] {
  const format = { ...scanner.format, ...(parity === undefined ? {} : { parity }) };
  if (address.kind === "tcp")
    return [{ ...address, ...format, baud: bauds?.[0] ?? scanner.defaultBauds[0] ?? address.baud }];
  return (bauds ?? scanner.defaultBauds).map((baud) => ({ ...address, ...format, baud }));
}

async function* listen(
  scanner: Scanner,
  at: LineAddress,
  { clock, log, open }: ScanOptions,
  onProgress: OnProgress,
  signal: AbortSignal,
): ReturnType<Scanner["scan"]> {
  const line = await openFor(at, open, { clock, log }, signal);
  try {
    yield* scanner.scan(new Ear(line, clock, signal), onProgress);
  } finally {
    await line.close();
  }
}

async function openFor(
  at: LineAddress,
  open: typeof openLine,
  deps: { readonly clock: Clock; readonly log: Logger },
  signal: AbortSignal,
): Promise<Line> {
  try {
    return await open(at, deps, signal);
  } catch (error) {
    if (signal.aborted || error instanceof LinkError) throw error;
    throw new LinkError("refused", error instanceof Error ? error.message : String(error), { cause: error });
  }
}
