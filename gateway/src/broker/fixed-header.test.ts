import { Random } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import { header, publishPacket } from "../testing/mqtt-wire.ts";
import { connectEnd, HeaderWalk, type Verdict } from "./fixed-header.ts";

function walker(verdict: (type: number, length: number) => Verdict = () => "pass") {
  const seen: [type: number, length: number][] = [];
  const walk = new HeaderWalk((type, length) => {
    seen.push([type, length]);
    return verdict(type, length);
  });
  return { walk, seen };
}

describe("the walk over fixed headers", () => {
  it("finds the same headers however the stream is cut into chunks", () => {
    const random = new Random("headers");
    for (let round = 0; round < 200; round++) {
      const lengths = Array.from({ length: 20 }, () => random.pick([0, 1, 127, 128, 300, 16_383, 16_384]));
      const stream = Buffer.concat(
        lengths.map((length) => Buffer.concat([header(0x30, length), Buffer.alloc(length, 0xff)])),
      );
      const { walk, seen } = walker();
      for (let at = 0; at < stream.length; ) {
        const chunk = stream.subarray(at, at + random.int(1, 5_000));
        expect(walk.walk(chunk, 0, chunk.length)).toBe(chunk.length);
        at += chunk.length;
      }
      expect(seen.map(([, length]) => length)).toEqual(lengths);
      expect(walk.bodyLeft).toBe(0);
      expect(walk.packets).toBe(lengths.length);
    }
  });

  it("stops right behind a header that is held, and goes on from there", () => {
    const packet = publishPacket("a/b", "x".repeat(300));
    const { walk } = walker(() => "hold");
    expect(walk.walk(packet, 0, packet.length)).toBe(3);
    expect(walk.walk(packet, 3, packet.length)).toBe(packet.length);
  });

  it("stops for good at a header that is refused", () => {
    const { walk } = walker((_type, length) => (length > 100 ? "refuse" : "pass"));
    const stream = Buffer.concat([header(0x30, 2), Buffer.alloc(2), header(0x30, 101)]);
    expect(walk.walk(stream, 0, stream.length)).toBe(-1);
  });

  it("takes a length of more than four bytes for an endless one", () => {
    const { walk, seen } = walker((_type, length) => (length === Number.POSITIVE_INFINITY ? "refuse" : "pass"));
    expect(walk.walk(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1]), 0, 6)).toBe(-1);
    expect(seen).toEqual([[3, Number.POSITIVE_INFINITY]]);
  });
});

describe("the first packet of a connection", () => {
  it.each([
    ["nothing yet", Buffer.alloc(0), "more"],
    ["half a header", Buffer.from([0x10]), "more"],
    ["a header without its body", header(0x10, 12), "more"],
    ["another packet than CONNECT", Buffer.from([0x30, 0]), "malformed"],
    ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\n"), "malformed"],
    ["a CONNECT over the limit", header(0x10, 101), "oversize"],
    ["a length of five bytes", Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 1]), "malformed"],
  ])("is judged from its header: %s", (_name, bytes, expected) => {
    expect(connectEnd(bytes, 100)).toBe(expected);
  });

  it("ends where its length says, whatever follows", () => {
    const bytes = Buffer.concat([header(0x10, 12), Buffer.alloc(12), Buffer.from("more")]);
    expect(connectEnd(bytes, 100)).toBe(14);
  });
});
