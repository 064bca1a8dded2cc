import { settle } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import { MemoryLog } from "../testing/log.ts";
import { CommandInbox } from "./command-inbox.ts";

const command = (id: string) => ({ id, action: "unlock" });

function taking(inbox: CommandInbox) {
  const stop = new AbortController();
  const taken: string[] = [];
  const ended = (async () => {
    for await (const command of inbox.take(stop.signal)) taken.push((command as { id: string }).id);
  })();
  return { taken, stop, ended };
}

describe("the inbox", () => {
  it("hands out commands in their order, those that came before and those that come while somebody waits", async () => {
    const inbox = new CommandInbox(new MemoryLog());
    inbox.offer([command("a"), command("b")]);
    const { taken } = taking(inbox);
    await settle();
    inbox.offer([command("c")]);
    await settle();
    expect(taken).toEqual(["a", "b", "c"]);
  });

  it("ends when the signal aborts, waiting or not", async () => {
    const inbox = new CommandInbox(new MemoryLog());
    const first = taking(inbox);
    await settle();
    first.stop.abort();
    await first.ended;
    inbox.offer([command("a")]);
    const aborted = inbox.take(AbortSignal.abort());
    expect(await aborted.next()).toEqual({ done: true, value: undefined });
    const next = taking(inbox);
    await settle();
    expect(next.taken).toEqual(["a"]);
  });

  it("hands on what is no command too: whoever takes them counts it", async () => {
    const inbox = new CommandInbox(new MemoryLog());
    inbox.offer([undefined, "unlock"]);
    const taker = inbox.take(AbortSignal.timeout(1_000));
    expect([await taker.next(), await taker.next()].map(({ value }) => value)).toEqual([undefined, "unlock"]);
  });

  it("holds 256 and drops what is one too many", async () => {
    const log = new MemoryLog();
    const inbox = new CommandInbox(log);
    inbox.offer(Array.from({ length: 300 }, (_, i) => command(String(i))));
    const { taken } = taking(inbox);
    await settle();
    expect(taken).toEqual(Array.from({ length: 256 }, (_, i) => String(i)));
    expect(log.lines.filter(({ message }) => message.startsWith("too many"))).toHaveLength(44);
  });
});
