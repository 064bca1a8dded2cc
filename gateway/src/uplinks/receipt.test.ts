import { formatSequence } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { owedItems } from "../testing/uplink-items.ts";
import { parseReceipt, resultOf } from "./receipt.ts";

const receipt = (accepted: readonly number[], rejected: readonly number[] = []) => ({
  accepted: accepted.map(formatSequence),
  rejected: rejected.map((seq) => ({ sequence: formatSequence(seq), reason: `no ${seq}` })),
});

describe("a receipt", () => {
  it("is read with what it accepts, rejects and commands", () => {
    const said = { ...receipt([1, 2], [3]), commands: [{ id: "c" }] };
    expect(parseReceipt(JSON.stringify(said))).toEqual(said);
  });

  it("may name only one of its lists, and more than the gateway knows", () => {
    expect(parseReceipt('{"accepted":["7"],"server":"a"}')).toEqual({ accepted: ["7"], rejected: [] });
    expect(parseReceipt('{"rejected":[]}')).toEqual({ accepted: [], rejected: [] });
  });

  it("may reject without a reason", () => {
    expect(parseReceipt('{"rejected":[{"sequence":"7"}]}')?.rejected).toEqual([
      { sequence: "7", reason: "no reason given" },
    ]);
  });

  it.each([
    ["nothing", ""],
    ["an HTML page", "<!doctype html><html><body>Please sign in</body></html>"],
    ["a receipt cut off", '{"accepted":["0000000000000001"'],
    ["an object without its lists", '{"status":"ok"}'],
    ["an empty object", "{}"],
    ["an array", '["0000000000000001"]'],
    ["a text", '"accepted"'],
    ["null", "null"],
    ["a number", "200"],
    ["numbers for sequences", '{"accepted":[1,2]}'],
    ["a sequence that is no number", '{"accepted":["one"]}'],
    ["a negative sequence", '{"accepted":["-1"]}'],
    ["a sequence longer than any", '{"accepted":["00000000000000001"]}'],
    ["no list for a list", '{"accepted":"0000000000000001"}'],
    ["a rejection without its sequence", '{"accepted":["1"],"rejected":[{"reason":"bad"}]}'],
    ["a rejection by number alone", '{"accepted":["1"],"rejected":["2"]}'],
  ])("is not: %s", (_name, text) => {
    expect(parseReceipt(text)).toBeUndefined();
  });
});

describe("what a receipt says about a batch", () => {
  const batch = owedItems(1, 5);

  it("is accepted, rejected with the reason, and for the rest nothing", () => {
    expect(resultOf(batch, receipt([1, 4], [2]))).toEqual({
      accepted: [1, 4],
      rejected: [{ seq: 2, reason: "no 2" }],
    });
  });

  it("takes sequences without their zeros", () => {
    expect(resultOf(batch, { accepted: ["3"], rejected: [] }).accepted).toEqual([3]);
  });

  it("leaves out sequences of other batches", () => {
    expect(resultOf(batch, receipt([0, 6, 9_999_999], [7]))).toEqual({ accepted: [], rejected: [] });
  });

  it("counts a sequence once, and as accepted when it is said to be both", () => {
    expect(resultOf(batch, receipt([1, 1, 2], [2, 3, 3]))).toEqual({
      accepted: [1, 2],
      rejected: [{ seq: 3, reason: "no 3" }],
    });
  });
});
