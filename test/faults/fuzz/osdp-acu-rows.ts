/** OSDP's asking side: what an ACU makes of any answer, in the clear and before a session, and of any card's bits. */
import {
  CARD_FORMATS,
  decodeCardBits,
  decodeOsdpFrame,
  encodeOsdpFrame,
  FrameError,
  InvariantError,
  OsdpAcu,
  osdpReplies,
  pdCapabilities,
  SCBK_DEFAULT,
} from "@gatehouse/protocol";
import { osdpScenarios, Random } from "@gatehouse/protocol/testing";
import type { FuzzRow } from "./row.ts";

const replies = osdpScenarios()
  .flatMap(({ frames = [] }) => frames)
  .filter(({ fields }) => fields.isReply && fields.check.valid)
  .map(({ fields }) => Uint8Array.of(fields.code, ...Buffer.from(fields.plaintext ?? fields.payload, "hex")));

const BLOCKS: Readonly<Record<number, number>> = { 118: 0x12, 120: 0x14 };
const STEP_MS = 50;

/** One ACU for the whole run; now and then the PD says what it should, so that every state is reached. */
function acuRow(security: "required" | "off"): FuzzRow {
  const random = new Random(`acu ${security}`);
  const acu = new OsdpAcu({
    address: 1,
    security,
    keys: security === "required" ? [{ name: "own", key: SCBK_DEFAULT.map((byte) => byte ^ 1) }] : [],
    random: (count) => Uint8Array.from({ length: count }, () => random.int(0, 255)),
    statusMs: 1_000,
  });
  const right = (code: number): Uint8Array | undefined => {
    const identity = { vendor: new Uint8Array(3), model: 1, version: 1, serial: 1, firmware: [1, 0, 0] } as const;
    const reply =
      code === 0x61
        ? osdpReplies.encode({ kind: "pdid", ...identity })
        : code === 0x62
          ? osdpReplies.encode({ kind: "pdcap", capabilities: pdCapabilities() })
          : undefined;
    return reply && Uint8Array.of(reply.code, ...reply.payload);
  };
  let nowMs = 0;
  return {
    name: `osdp-acu-${security}`,
    seeds: replies,
    run: (bytes) => {
      nowMs += STEP_MS;
      const request = acu.next(nowMs);
      if (acu.drain().length > 8) throw new InvariantError("one step has a few events at the most");
      if (request === undefined) {
        nowMs += 60_000;
        return;
      }
      const asked = decodeOsdpFrame(request);
      const said = (random.chance(0.5) ? right(asked.code) : undefined) ?? bytes;
      const [code = 0] = said;
      const type = BLOCKS[code];
      const block = type === undefined ? undefined : { type, data: Uint8Array.of(1) };
      const frame = {
        mark: false,
        address: 1,
        reply: true,
        sequence: asked.sequence,
        check: "crc",
        security: block,
      } as const;
      try {
        const heard = acu.hear(encodeOsdpFrame({ ...frame, code, payload: said.subarray(1) }));
        if (security === "required" && heard.kind === "answer" && heard.reply.kind === "raw" && acu.isOnline)
          throw new InvariantError("a card in the clear");
        acu.take(heard, nowMs);
      } catch (error) {
        acu.missed();
        throw error;
      } finally {
        acu.drain();
      }
      acu.hear(bytes);
    },
  };
}

const cardRow: FuzzRow = {
  name: "card-bits",
  seeds: replies.filter(([code]) => code === 0x50).map((reply) => reply.subarray(3)),
  run: (bytes) => {
    const bits = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
    for (const format of CARD_FORMATS) {
      const card = decodeCardBits(bits, bytes.subarray(2), format);
      if (!card.ok && format === "raw") throw new FrameError("payload", card.reason);
    }
  },
};

export const OSDP_ACU_ROWS: readonly FuzzRow[] = [acuRow("off"), acuRow("required"), cardRow];
