/** Puts simulated boards on a UDP port, as on a local network: each hears everything, and pushes what it has to its own listener. */
import { createSocket } from "node:dgram";
import { type Clock, LinkError } from "@gatehouse/protocol";
import type { SimDevice } from "./device.ts";

export interface UdpDevice extends SimDevice {
  readonly listener?: { readonly address: string; readonly port: number } | undefined;
}

export interface UdpServer {
  readonly port: number;
  /** Sends what the devices have to push now, beside what goes out every quarter of a second by itself. */
  push(): void;
  /** Idempotent. */
  close(): Promise<void>;
}

const TICK_MS = 250;

/** Throws LinkError when the port cannot be had. */
export async function serveUdp(
  devices: readonly UdpDevice[],
  { clock, host = "127.0.0.1", port = 0 }: { readonly clock: Clock; readonly host?: string; readonly port?: number },
): Promise<UdpServer> {
  const socket = createSocket({ type: "udp4", reuseAddr: false });
  const cancels = new Set<() => void>();
  let closed = false;
  const send = (bytes: Uint8Array, toPort: number, toHost: string) => {
    if (!closed) socket.send(bytes, toPort, toHost, () => {});
  };
  const later = (ms: number, task: () => void) => {
    const cancel = clock.after(ms, () => {
      cancels.delete(cancel);
      task();
    });
    cancels.add(cancel);
  };
  socket.on("message", (message, from) => {
    for (const device of devices)
      for (const { afterMs, bytes } of device.hear(message, clock.monoMs()))
        if (afterMs < TICK_MS) send(bytes, from.port, from.address);
        else later(afterMs, () => send(bytes, from.port, from.address));
  });
  const push = () => {
    for (const device of devices)
      for (const bytes of device.tick?.(clock.monoMs()) ?? [])
        if (device.listener !== undefined) send(bytes, device.listener.port, device.listener.address);
  };
  const tick = () => {
    push();
    if (!closed) later(TICK_MS, tick);
  };
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (cause) =>
      reject(new LinkError("refused", `UDP ${host}:${port}: ${cause.message}`, { cause })),
    );
    socket.bind(port, host, resolve);
  });
  socket.on("error", () => {});
  later(TICK_MS, tick);
  return {
    port: socket.address().port,
    push,
    close: () =>
      new Promise((resolve) => {
        if (closed) return resolve();
        closed = true;
        for (const cancel of cancels) cancel();
        socket.close(() => resolve());
      }),
  };
}
