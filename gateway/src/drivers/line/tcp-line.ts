/** A raw TCP device server: what it hears on its serial side comes as it is, and the other way round. */
import { createConnection, type Socket } from "node:net";
import { type Clock, LinkError, RejectedError } from "@gatehouse/protocol";
import type { LineAddress } from "./address.ts";
import type { Ears, Transport } from "./transport.ts";

type TcpAddress = Extract<LineAddress, { kind: "tcp" | "rfc2217" }>;

const CONNECT_DEADLINE_MS = 5_000;
/** Silence after which the system asks whether the other side is still there; a dead one is found about ten seconds later. */
const KEEPALIVE_MS = 10_000;

const ADVICE: readonly (readonly [string, string])[] = [
  ["ECONNREFUSED", "nothing listens there: check the port, and whether somebody else holds its only connection"],
  ["ENOTFOUND", "nobody knows that name: write the address of the device server"],
  ["EAI_AGAIN", "names cannot be looked up now: write the address of the device server"],
  ["EHOSTUNREACH", "there is no way to it: check its power and the network cable"],
  ["ENETUNREACH", "there is no way to it: check the network of this machine"],
  ["ECONNRESET", "the device server dropped the connection"],
  ["ETIMEDOUT", "the device server is silent: check its power and the network cable"],
];

/** A connected socket. Throws LinkError; the signal ends the attempt. */
export async function connect(address: TcpAddress, clock: Clock, signal: AbortSignal): Promise<Socket> {
  const { host, port } = address;
  const what = `${host}:${port}`;
  const socket = createConnection({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS });
  try {
    await new Promise<void>((resolve, reject) => {
      const cancel = clock.after(CONNECT_DEADLINE_MS, () =>
        reject(new LinkError("timeout", `${what}: no connection within ${CONNECT_DEADLINE_MS} ms`)),
      );
      const onAbort = () => reject(new LinkError("closed", `${what}: given up`, { cause: signal.reason }));
      signal.addEventListener("abort", onAbort, { once: true });
      socket.once("connect", resolve);
      socket.on("error", (cause) => reject(tcpFailure(what, cause)));
      socket.once("close", () => {
        cancel();
        signal.removeEventListener("abort", onAbort);
      });
      socket.once("connect", () => {
        cancel();
        signal.removeEventListener("abort", onAbort);
      });
      if (signal.aborted) onAbort();
    });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

export async function openTcp(address: TcpAddress, clock: Clock, ears: Ears, signal: AbortSignal): Promise<Transport> {
  const socket = await connect(address, clock, signal);
  socket.on("data", (bytes) => ears.heard(bytes));
  listenForLoss(socket, `${address.host}:${address.port}`, ears);
  return {
    ...socketTransport(socket),
    setBaud: () =>
      Promise.reject(new RejectedError("the device server owns the baud rate: set it there, or use rfc2217:")),
  };
}

export function listenForLoss(socket: Socket, what: string, ears: Ears): void {
  socket.on("error", (cause) => ears.lost(tcpFailure(what, cause)));
  socket.on("close", () => ears.lost(new LinkError("closed", `${what}: the device server closed the connection`)));
}

/** Everything but the rate. */
export function socketTransport(socket: Socket): Omit<Transport, "setBaud"> {
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve()))),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: (hurried) =>
      new Promise((resolve) => {
        if (socket.closed) return resolve();
        socket.once("close", () => resolve());
        if (hurried) socket.destroy();
        else socket.destroySoon();
      }),
  };
}

function tcpFailure(what: string, cause: Error & { readonly code?: unknown }): LinkError {
  const advice = ADVICE.find(([code]) => code === cause.code)?.[1];
  const code = cause.code === "ECONNRESET" || cause.code === "EPIPE" ? "closed" : "refused";
  return new LinkError(code, `${what}: ${advice ?? cause.message}`, { cause });
}
