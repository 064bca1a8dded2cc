import { createSocket } from "node:dgram";
import { decodeUhppoteRequest, encodeUhppoteReply, LinkError, systemClock } from "@gatehouse/protocol";
import { afterEach, expect, test } from "vitest";
import { discoverBoards } from "./discover.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Answers as so many boards would, the first packet lost. */
async function network(...serials: readonly number[]) {
  const socket = createSocket("udp4");
  let asked = 0;
  socket.on("message", (bytes, from) => {
    asked += 1;
    if (asked === 1 || decodeUhppoteRequest(bytes).kind !== "discover") return;
    const about = { address: "10.0.0.9", netmask: "255.255.255.0", gateway: "10.0.0.1", mac: "00:66:19:39:55:2d" };
    socket.send(Uint8Array.of(1, 2, 3), from.port, from.address);
    for (const serial of serials) {
      const reply = encodeUhppoteReply({ kind: "discover", serial, ...about, version: "8.92", date: "2018-11-05" });
      socket.send(reply, from.port, from.address);
    }
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  ends.push(() => socket.close());
  return { host: "127.0.0.1", port: socket.address().port };
}

test("every board is found once, by serial number, though a packet is lost", async () => {
  const broadcast = await network(423_187_757, 405_419_896);
  const shares: number[] = [];
  const options = { clock: systemClock, broadcast, forMs: 90, onProgress: (share: number) => void shares.push(share) };
  const found = await discoverBoards(options, new AbortController().signal);
  expect(found.map(({ serial }) => serial)).toEqual([405_419_896, 423_187_757]);
  expect(found[0]).toMatchObject({ address: "10.0.0.9", version: "8.92", from: { host: "127.0.0.1" } });
  expect([shares[0], shares.at(-1)]).toEqual([0, 1]);
});

test("a search that is given up ends at once", async () => {
  const broadcast = await network();
  const stop = new AbortController();
  const search = discoverBoards({ clock: systemClock, broadcast, forMs: 60_000 }, stop.signal);
  stop.abort();
  await expect(search).rejects.toBeInstanceOf(LinkError);
});
