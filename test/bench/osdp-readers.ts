/** Child of the OSDP bench: so many readers behind a raw TCP device server, answers paced by the line's bit time, cards without end. */
import { createOsdpReader, serveTcp, shareLine } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";

const [count = "32", characterMs = "1", key = ""] = process.argv.slice(2);
const random = new Random("osdp bench");
const server = await serveTcp();
let told = 0;
const readers = Array.from({ length: Number(count) }, (_, address) => {
  const options = { id: `reader-${address}`, address, key: Buffer.from(key, "hex") };
  const reader = createOsdpReader(options, random.fork(String(address)));
  const hear = reader.hear.bind(reader);
  return {
    ...reader,
    hear: (bytes: Uint8Array, nowMs: number) => {
      // One card always waits: every poll brings a reading.
      if (reader.pd.isSecure && reader.pd.events.waiting < 2)
        reader.act({ kind: "card", number: ++told % 60_000 }, nowMs);
      return hear(bytes, nowMs);
    },
  };
});
shareLine(server, readers, { clock: systemClock, characterMs: Number(characterMs) });
process.send?.({ port: server.port });
process.on("disconnect", () => process.exit(0));
