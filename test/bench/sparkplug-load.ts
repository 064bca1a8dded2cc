/** Child of the Sparkplug bench: edge nodes that publish as fast as their connection takes it. Arguments: URL, nodes, messages of each. */
import { SimEdgeNode } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";

const [url = "", nodes = "1", messages = "1000"] = process.argv.slice(2);
const BURST = 50;

const all = Array.from(
  { length: Number(nodes) },
  (_, n) =>
    new SimEdgeNode({
      url,
      group: "Bench",
      node: `node-${n}`,
      clock: systemClock,
      devices: { door: [{ name: "Door/Open", alias: 1, type: "Boolean", value: false }] },
    }),
);
await Promise.all(all.map((node) => node.join()));
process.send?.("ready");
process.once("message", async () => {
  await Promise.all(
    all.map(async (node) => {
      for (let sent = 0; sent < Number(messages); sent += BURST) {
        const burst = Array.from({ length: BURST }, (_, i) =>
          node.report("door", { "Door/Open": { value: (sent + i) % 2 === 0 } }),
        );
        await Promise.all(burst);
      }
    }),
  );
  process.send?.("sent");
});
