/** Readings of a scenario in the replay format: one accepted reading a line, as a gateway would have received them. */
import { createHmac } from "node:crypto";
import { formatTime } from "@gatehouse/protocol";
import { readings, type Span } from "./generate.ts";

/** From the device to the gateway. */
const WAY_MS = 150;

/** JSON lines without their line ends, in order of arrival. Credentials are pseudonyms under a key derived from the seed. */
export function* replayLines(span: Span): Generator<string> {
  const seqOf = new Map<string, number>();
  const pseudonyms = new Map<string, string>();
  const { timezone } = span.scenario.site;
  let journalSeq = 0;
  let firstMs: number | undefined;
  for (const { atMs, reading } of readings(span)) {
    const { device, credential, ...rest } = reading;
    const seq = (seqOf.get(device) ?? 0) + 1;
    seqOf.set(device, seq);
    journalSeq += 1;
    firstMs ??= atMs;
    yield JSON.stringify({
      id: `${device}:1:${seq}`,
      journalSeq,
      device,
      epoch: 1,
      seq,
      ...rest,
      ...(credential === undefined ? {} : { credential: pseudonym(credential, span.seed, pseudonyms) }),
      receivedAt: formatTime(atMs + WAY_MS, timezone),
      bootId: `sim-${span.seed}`,
      monoMs: atMs - firstMs,
      clock: "synced",
    });
  }
}

function pseudonym(card: string, seed: number | string, known: Map<string, string>): string {
  let name = known.get(card);
  if (name === undefined) {
    name = `c_${createHmac("sha256", `sim/${seed}`).update(card).digest("hex").slice(0, 10)}`;
    known.set(card, name);
  }
  return name;
}
