/** An uplink whose items go out in the platform's own JSON, by the mapping of the site file. What is stored stays the event. */
import { type Mapping, mapEvent } from "@gatehouse/protocol";
import type { OutboxItem, Uplink } from "./ports.ts";

export function mapped(uplink: Uplink, mapping: Mapping | undefined): Uplink {
  if (mapping === undefined) return uplink;
  return {
    id: uplink.id,
    graceMs: uplink.graceMs,
    run: (signal) => uplink.run(signal),
    send: (batch, signal) =>
      uplink.send(
        batch.map((item) => mapItem(mapping, item)),
        signal,
      ),
    commands: (signal) => uplink.commands(signal),
  };
}

export function mapItem(mapping: Mapping, item: OutboxItem): OutboxItem {
  return { ...item, event: item.text, text: JSON.stringify(mapEvent(mapping, JSON.parse(item.text))) };
}
