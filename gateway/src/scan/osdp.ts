/** Finds OSDP readers on a line: by one call to all whether anybody is there at this rate, then address by address. */
import {
  decodeOsdpFrame,
  encodeOsdpFrame,
  FrameError,
  OSDP_BROADCAST,
  osdpCommands,
  osdpFraming,
  osdpReplies,
  toHex,
} from "@gatehouse/protocol";
import type { Ear, Echo } from "./ear.ts";
import { EIGHT_N_ONE, type Finding, type Scanner } from "./scanner.ts";

/** A reader has to begin its answer within 200 ms; adapters add theirs. */
const WAIT_MS = 220;
const LAST_ADDRESS = 126;
/** An answer to what is asked here is short. */
const framing = osdpFraming(256);

type Check = "crc" | "checksum";

export const osdpScanner: Scanner = {
  name: "osdp",
  format: EIGHT_N_ONE,
  defaultBauds: [9600, 115200, 38400, 19200, 57600, 230400],
  async *scan(ear, onProgress) {
    onProgress(0, "calling all readers");
    const check = await somebody(ear);
    if (check === undefined) return;
    let count = 0;
    for (let address = 0; address <= LAST_ADDRESS; address++) {
      onProgress((address + 1) / (LAST_ADDRESS + 2), `${count} found, asking address ${address}`);
      const { frames, damaged } = await ask(ear, address, check);
      const about = frames.flatMap((bytes) => identityIn(bytes, address))[0];
      if (about !== undefined) {
        count += 1;
        yield { kind: "device", id: `reader-${address}`, about, keys: { kind: "reader", address } } satisfies Finding;
      } else if (damaged)
        yield { kind: "remark", text: `at address ${address} answers are damaged: two readers with one address?` };
    }
    if (count === 0) yield { kind: "remark", text: "readers answered a call to all, but none at its own address" };
  },
};

/** The check somebody answers to; undefined when the line stays silent. */
async function somebody(ear: Ear): Promise<Check | undefined> {
  for (const check of ["crc", "checksum", "crc"] as const) {
    const { frames, damaged } = await ask(ear, OSDP_BROADCAST, check);
    if (frames.length > 0 || damaged) return check;
  }
  return undefined;
}

function ask(ear: Ear, address: number, check: Check): Promise<Echo> {
  const { code, payload } = osdpCommands.encode({ kind: "id", replyType: 0 });
  const frame = { mark: true, address, reply: false, sequence: 0, check, code, payload };
  return ear.call({ request: encodeOsdpFrame(frame), framing, waitMs: WAIT_MS, one: true });
}

/** What the reader says of itself, where the frame is one of that reader. */
function identityIn(bytes: Uint8Array, address: number): string[] {
  try {
    const frame = decodeOsdpFrame(bytes);
    if (!frame.reply || frame.address !== address) return [];
    const reply = osdpReplies.decode(frame.code, frame.payload);
    if (reply.kind !== "pdid") return ["reader that wants a secure channel, or is busy"];
    const { vendor, model, version, serial, firmware } = reply;
    return [
      `reader of maker ${toHex(vendor)}, model ${model}.${version}, serial ${serial}, firmware ${firmware.join(".")}`,
    ];
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return ["reader with an answer that cannot be read"];
  }
}
