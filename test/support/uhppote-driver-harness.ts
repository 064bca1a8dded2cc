/** The UHPPOTE driver for the contract: a simulated board that pushes its events, and sees by its own mark what was accepted. */
import { createSocket } from "node:dgram";
import { decodeUhppoteRequest, LinkError } from "@gatehouse/protocol";
import { settle } from "@gatehouse/protocol/testing";
import type { Driver } from "gatehouse";
import type { OpenDriver } from "./driver-contract.ts";
import { freePort } from "./free-port.ts";
import { makeUhppote, openUhppoteWorld, until } from "./uhppote-rig.ts";

const OPEN_DOOR = 0x40;

export const openUhppoteDriver: OpenDriver = async (accept) => {
  const site = await openUhppoteWorld();
  const listenPort = await freePort();
  const { board, clock } = site;
  const config = { listen: `127.0.0.1:${listenPort}`, setListener: true, markFetched: true };
  const inner = makeUhppote(site, { accept, config });
  let failure: unknown;
  const driver: Driver = {
    id: inner.id,
    run: (signal) => {
      const ended = inner.run(signal);
      ended.catch((error: unknown) => {
        failure = error;
      });
      return ended;
    },
    command: (...wish) => inner.command(...wish),
  };
  /** Nobody obeys unasked: the board is silent to commands but for one. */
  let wanted: ((action: { action: "unlock" }) => void) | undefined;
  const hear = board.hear.bind(board);
  board.hear = (bytes) => {
    if (bytes[1] !== OPEN_DOOR) return hear(bytes);
    if (wanted === undefined || decodeUhppoteRequest(bytes).kind !== "open-door") return [];
    wanted({ action: "unlock" });
    wanted = undefined;
    return hear(bytes);
  };
  const sent: number[] = [];
  return {
    driver,
    clock,
    device: "in-1",
    join: () => until(() => board.listener !== undefined, "the board was met"),
    send: (seq) => {
      sent.push(seq);
      board.record({ index: seq, type: 1, reason: 1, card: 10_058_400 });
      site.server.push();
    },
    acknowledged: async () => {
      await until(() => failure !== undefined || board.mark >= (sent[0] ?? 0), "the board's mark moved");
      if (failure instanceof LinkError) throw failure;
      return sent.shift() ?? 0;
    },
    isQuiet: async () => {
      const before = board.mark;
      await packets(site.server.port, [Uint8Array.of(0x17, 0x20)]);
      return board.mark === before;
    },
    badInputs: [
      { name: "a packet that is too short", send: () => packets(listenPort, [Uint8Array.of(0x17, 0x20, 0, 0)]) },
      { name: "bytes of nobody's", send: () => packets(listenPort, [new Uint8Array(64).fill(0xee)]) },
      { name: "an event of a stranger's board", send: () => packets(listenPort, [stranger(77, 12)]) },
      // A push is a hint: what it says of events is never taken.
      { name: "a made-up event of the board", send: () => packets(listenPort, [stranger(board.serial, 9)]) },
    ],
    obey: (ok) =>
      new Promise((resolve) => {
        board.refuse = !ok;
        wanted = resolve;
      }),
    breakLink: undefined,
    codes: () => site.health.entries.map(({ code }) => code),
    close: () => site.server.close(),
  };
};

function stranger(serial: number, index: number): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0x17, 0x20]);
  new DataView(bytes.buffer).setUint32(4, serial, true);
  bytes.set([index, 0, 0, 0, 1, 1, 1, 1, 0x11, 0x22, 0x33, 0], 8);
  return bytes;
}

async function packets(port: number, all: readonly Uint8Array[]): Promise<void> {
  const socket = createSocket("udp4");
  for (const bytes of all) await new Promise((resolve) => socket.send(bytes, port, "127.0.0.1", resolve));
  for (let turn = 0; turn < 20; turn++) await settle();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
}
