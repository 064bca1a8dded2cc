/** Whatever looks on while the gateway works, for people who want to see it: devices, lines, what leaves. Changes nothing. */
import type { Clock } from "@gatehouse/protocol";
import { FiguresBook } from "../core/line-figures.ts";
import type { LocalPublish } from "../core/ports.ts";
import { DeviceBook } from "./device-book.ts";
import { LineTaps } from "./line-taps.ts";
import { SentBook } from "./sent-book.ts";
import { noteStatus } from "./status-messages.ts";

export interface Onlookers {
  readonly book: DeviceBook;
  readonly taps: LineTaps;
  readonly figures: FiguresBook;
  readonly sent: SentBook;
}

/** `isKnown`: a device of the site. */
export function onlookers(
  clock: Clock,
  broker: { onLook(onlooker: (publish: LocalPublish) => void): () => void },
  isKnown: (device: string) => boolean,
): Onlookers {
  const book = new DeviceBook(clock, isKnown);
  broker.onLook((publish) => noteStatus(book, publish));
  return { book, taps: new LineTaps(), figures: new FiguresBook(), sent: new SentBook(clock) };
}
