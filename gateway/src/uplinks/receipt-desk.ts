/** Where items wait for the receipts that come back over MQTT, on their own, some time after they were sent. */
import type { Receipt } from "@gatehouse/protocol";
import type { Outcome } from "./outcomes.ts";

export class ReceiptDesk {
  readonly #waiting = new Map<number, (outcome: Outcome) => void>();

  /** `answered` is called once, when a receipt names the item. The returned function stops waiting. */
  expect(seq: number, answered: (outcome: Outcome) => void): () => void {
    this.#waiting.set(seq, answered);
    return () => {
      if (this.#waiting.get(seq) === answered) this.#waiting.delete(seq);
    };
  }

  /** Items nobody waits for are left out: they will be sent again, and the platform tells by their id. */
  take(receipt: Receipt): void {
    for (const sequence of receipt.accepted) this.#answer(Number(sequence), { accepted: true });
    for (const { sequence, reason } of receipt.rejected) this.#answer(Number(sequence), { accepted: false, reason });
  }

  #answer(seq: number, outcome: Outcome): void {
    const answered = this.#waiting.get(seq);
    this.#waiting.delete(seq);
    answered?.(outcome);
  }
}
