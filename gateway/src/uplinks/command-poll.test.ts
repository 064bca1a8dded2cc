import { LinkError, RejectedError } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { MemoryLog } from "../testing/log.ts";
import { pollCommands } from "./command-poll.ts";

function polling(ask: () => Promise<unknown>) {
  const clock = new FakeClock();
  const log = new MemoryLog();
  const stop = new AbortController();
  const ended = pollCommands({ everyMs: 5_000, clock, log, ask }, stop.signal).then(
    () => "ended",
    (error: unknown) => error,
  );
  return { clock, log, stop, ended };
}

it("asks at once and then every so often, until it is stopped", async () => {
  let asked = 0;
  const { clock, stop, ended } = polling(async () => asked++);
  await settle();
  await clock.advance(15_000);
  expect(asked).toBe(4);
  stop.abort();
  expect(await ended).toBe("ended");
});

it("ends the link when the way is broken", async () => {
  const broken = new LinkError("closed", "gone");
  expect(await polling(() => Promise.reject(broken)).ended).toBe(broken);
});

it("stops asking a platform that takes no empty batch, and says so", async () => {
  const { log, ended } = polling(() => Promise.reject(new RejectedError("empty")));
  expect(await ended).toBe("ended");
  expect(log.lines.map(({ level }) => level)).toEqual(["warn"]);
});
