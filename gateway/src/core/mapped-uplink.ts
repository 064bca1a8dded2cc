/** An uplink whose items go out in the platform's own JSON, by the mapping of the site file. What is stored stays the event. */
import { type Mapping, mapEvent } from "@gatehouse/protocol";
import { matches } from "./event-filter.ts";
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
  const event = JSON.parse(item.text) as Parameters<typeof mapEvent>[1] & { readonly type?: unknown };
  if (ANSWERS.includes(String(event.type)) && !matches(mapping.types, String(event.type))) return item;
  return { ...item, event: item.text, text: JSON.stringify(mapEvent(mapping, event)) };
}

/** What a platform's own command brings up goes out as it is: a template for alerts does not fit it. */
const ANSWERS: readonly string[] = ["gatehouse.command.result", "gatehouse.reading"];
