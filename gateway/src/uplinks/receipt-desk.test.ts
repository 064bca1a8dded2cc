import { formatSequence } from "@gatehouse/protocol";
import { expect, it } from "vitest";
import type { Outcome } from "./outcomes.ts";
import { ReceiptDesk } from "./receipt-desk.ts";

const accepting = (...seqs: number[]) => ({ accepted: seqs.map(formatSequence), rejected: [] });
const rejecting = (seq: number) => ({ accepted: [], rejected: [{ sequence: formatSequence(seq), reason: "bad" }] });

function waiting(desk: ReceiptDesk, seq: number) {
  const outcomes: Outcome[] = [];
  return { outcomes, withdraw: desk.expect(seq, (outcome) => outcomes.push(outcome)) };
}

it("a receipt reaches those who wait for it, each once", () => {
  const desk = new ReceiptDesk();
  const [one, two, three] = [waiting(desk, 1), waiting(desk, 2), waiting(desk, 3)];
  desk.take(accepting(1, 1));
  desk.take(accepting(1));
  desk.take(rejecting(2));
  expect(one.outcomes).toEqual([{ accepted: true }]);
  expect(two.outcomes).toEqual([{ accepted: false, reason: "bad" }]);
  expect(three.outcomes).toEqual([]);
});

it("one that names an item in both lists accepts it", () => {
  const desk = new ReceiptDesk();
  const { outcomes } = waiting(desk, 1);
  desk.take({ ...rejecting(1), ...{ accepted: [formatSequence(1)] } });
  expect(outcomes).toEqual([{ accepted: true }]);
});

it("receipts for items nobody waits for are left out", () => {
  const desk = new ReceiptDesk();
  const { outcomes } = waiting(desk, 1);
  desk.take(accepting(2, 99));
  expect(outcomes).toEqual([]);
});

it("who has withdrawn hears nothing, and takes nobody's place along", () => {
  const desk = new ReceiptDesk();
  const first = waiting(desk, 1);
  const second = waiting(desk, 1);
  first.withdraw();
  desk.take(accepting(1));
  expect([first.outcomes.length, second.outcomes.length]).toEqual([0, 1]);
});
