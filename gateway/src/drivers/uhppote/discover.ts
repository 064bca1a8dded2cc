/** Which UHPPOTE boards answer on the local network: for `gatehouse scan`. */
import { createSocket } from "node:dgram";
import {
  type Clock,
  decodeUhppoteReply,
  encodeUhppoteRequest,
  FrameError,
  LinkError,
  UHPPOTE_PORT,
  type UhppoteReply,
} from "@gatehouse/protocol";
import type { LineTap } from "../../core/ports.ts";
import type { UdpPlace } from "./config.ts";

export interface FoundBoard extends Omit<UhppoteReply<"discover">, "kind"> {
  /** Where the answer came from: differs from `address` behind a router. */
  readonly from: UdpPlace;
}

export interface DiscoverOptions {
  readonly clock: Clock;
  readonly tap?: LineTap | undefined;
  /** Default: everybody on this network. */
  readonly broadcast?: UdpPlace;
  /** How long to listen; boards answer within some ten milliseconds. */
  readonly forMs?: number;
  /** Told how far it is, from 0 to 1. */
  readonly onProgress?: (share: number, found: number) => void;
}

/** Packets get lost: the question goes out so many times. */
const ASKED = 3;

/** By serial number. Asks nobody by name and changes nothing. Throws LinkError when there is no network, or when the signal aborts. */
export async function discoverBoards(options: DiscoverOptions, signal: AbortSignal): Promise<readonly FoundBoard[]> {
  const { clock, tap, broadcast = { host: "255.255.255.255", port: UHPPOTE_PORT }, forMs = 2_000 } = options;
  const found = new Map<number, FoundBoard>();
  const request = encodeUhppoteRequest({ kind: "discover", serial: 0 });
  const socket = createSocket("udp4");
  socket.on("message", (bytes, { address: host, port }) => {
    tap?.({ atMs: clock.nowMs(), direction: "rx", bytes });
    const board = boardIn(bytes);
    if (board !== undefined) found.set(board.serial, { ...board, from: { host, port } });
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", (cause) => reject(new LinkError("refused", `UDP: ${cause.message}`, { cause })));
      socket.bind(0, "0.0.0.0", resolve);
    });
    socket.setBroadcast(true);
    for (let asked = 0; asked < ASKED; asked++) {
      options.onProgress?.(asked / ASKED, found.size);
      tap?.({ atMs: clock.nowMs(), direction: "tx", bytes: request });
      await new Promise<void>((resolve, reject) => {
        socket.send(request, broadcast.port, broadcast.host, (cause) =>
          cause === null
            ? resolve()
            : reject(new LinkError("refused", `${broadcast.host}: ${cause.message}`, { cause })),
        );
      });
      await clock.sleep(forMs / ASKED, signal);
    }
  } catch (cause) {
    if (signal.aborted) throw new LinkError("closed", "the search was given up", { cause });
    throw cause;
  } finally {
    socket.close();
  }
  options.onProgress?.(1, found.size);
  return [...found.values()].sort((a, b) => a.serial - b.serial);
}

function boardIn(bytes: Uint8Array): Omit<FoundBoard, "from"> | undefined {
  try {
    const reply = decodeUhppoteReply(bytes);
    if (reply.kind !== "discover") return undefined;
    const { kind: _, ...board } = reply;
    return board;
  } catch (error) {
    if (error instanceof FrameError) return undefined;
    throw error;
  }
}
