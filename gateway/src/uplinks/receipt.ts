/** A platform's receipt and what it says about a batch. Pure. */
import { hasRepeatedKeys, Receipt } from "@gatehouse/protocol";
import type { OutboxItem, SendResult } from "../core/ports.ts";

/** Undefined for anything that is no receipt: an HTML page, another JSON, an empty answer. */
export function parseReceipt(text: string): Receipt | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  // Both lists have defaults, so that any object would pass for a receipt which took nothing.
  if (value === null || typeof value !== "object" || !("accepted" in value || "rejected" in value)) return undefined;
  const parsed = Receipt.safeParse(value);
  if (!parsed.success || parsed.data.commands === undefined || !hasRepeatedKeys(text))
    return parsed.success ? parsed.data : undefined;
  // What was accepted may be believed; a command in which a name stands twice may not.
  const { commands: _, ...rest } = parsed.data;
  return rest;
}

/** What a receipt says of the items of this batch. Of several answers to one item the first counts; strangers are left out. */
export function resultOf(batch: readonly OutboxItem[], receipt: Receipt): SendResult {
  const open = new Set(batch.map((item) => item.seq));
  return {
    accepted: receipt.accepted.map(Number).filter((seq) => open.delete(seq)),
    rejected: receipt.rejected
      .map(({ sequence, reason }) => ({ seq: Number(sequence), reason }))
      .filter(({ seq }) => open.delete(seq)),
  };
}
