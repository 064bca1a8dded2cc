import type { BoardUpdateTold, FlashAsk, UpdateEnd, UpdateStage } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { UpdateDesk } from "./update-desk.ts";

const ASK: FlashAsk = { do: "flash", id: "u1", baud: 115_200, pressSeconds: 60, sha256: {} };
const DONE: UpdateEnd = { kind: "flashed", board: "new", firmware: "1.1" };

describe("the update desk of a board", () => {
  let clock: FakeClock;
  let told: BoardUpdateTold[];
  let heard: boolean;
  let desk: UpdateDesk;
  beforeEach(() => {
    clock = new FakeClock();
    told = [];
    heard = true;
    desk = new UpdateDesk({
      clock,
      tell: (one) => {
        told.push(one);
        return heard ? Promise.resolve() : new Promise(() => {});
      },
    });
  });

  const carryOut = (stop = new AbortController().signal) => {
    const work = Promise.withResolvers<UpdateEnd>();
    const begun = Promise.withResolvers<{
      at: (stage: UpdateStage, share: number | null) => void;
      cancel: AbortSignal;
    }>();
    const ended = desk.carryOut(
      (at, cancel) => {
        begun.resolve({ at, cancel });
        return work.promise;
      },
      ASK,
      stop,
    );
    return { work, begun: begun.promise, ended };
  };

  it("tells each step, what it is at every few seconds, and the end", async () => {
    desk.hear(ASK);
    expect(await desk.asked).toBe(ASK);
    const { work, begun, ended } = carryOut();
    const { at } = await begun;
    at("reach", null);
    at("write", 0);
    at("write", 0.001);
    at("write", 0.5);
    await clock.advance(3_000);
    work.resolve(DONE);
    expect(await ended).toEqual(DONE);
    expect(told.map(({ stage, share, end }) => [stage, share, end?.kind])).toEqual([
      ["reach", null, undefined],
      ["write", 0, undefined],
      ["write", 0.5, undefined],
      ["write", 0.5, undefined],
      ["write", null, "flashed"],
    ]);
  });

  it("takes one wish at a time, and cancels that one alone", async () => {
    desk.hear(ASK);
    const { work, begun, ended } = carryOut();
    const { cancel } = await begun;
    desk.hear({ ...ASK, id: "u2" });
    expect(told.at(-1)).toMatchObject({ id: "u2", end: { kind: "failed", board: "before" } });
    desk.hear({ do: "cancel", id: "u2" });
    expect(cancel.aborted).toBe(false);
    desk.hear({ do: "cancel", id: "u1" });
    expect(cancel.aborted).toBe(true);
    work.resolve({ kind: "cancelled", board: "before" });
    await ended;
  });

  it("waits with the end for a gateway that is away, but not for ever", async () => {
    desk.hear(ASK);
    const { work, begun, ended } = carryOut();
    await begun;
    heard = false;
    work.resolve(DONE);
    await settle();
    await clock.advance(59_000);
    expect(await Promise.race([ended, settle().then(() => "waiting")])).toBe("waiting");
    await clock.advance(1_000);
    expect(await ended).toEqual(DONE);
  });
});
