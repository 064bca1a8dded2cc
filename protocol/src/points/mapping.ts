/** What a Zigbee device means to the gateway: which property of its payload becomes which reading. Plain data. */
import type { z } from "zod";
import type { ReadingKind } from "../reading.ts";
import type { DeviceKind } from "../site.ts";

export type PointKind = Extract<
  z.infer<typeof DeviceKind>,
  "lock" | "contact" | "presence" | "energy-meter" | "water-meter" | "fire-input" | "panic-button"
>;

/** How the value of a property is read. */
export type Reads =
  /** By its text (`true`, `LOCK`); values that are not listed say nothing. */
  | {
      readonly as: "values";
      readonly values: Readonly<Record<string, ReadingKind>>;
      readonly value?: number | undefined;
    }
  /** A number, times the factor. */
  | { readonly as: "number"; readonly kind: ReadingKind; readonly factor: number }
  /** A battery in per cent. */
  | { readonly as: "percent" };

export interface Point {
  /** Undefined: belongs to whatever else the device is. */
  readonly kind: PointKind | undefined;
  /** Key of the payload. */
  readonly property: string;
  /** Of several alike, which: the name that Zigbee2MQTT puts behind the property. */
  readonly endpoint?: string | undefined;
  readonly reads: Reads;
  /** The lock takes LOCK and UNLOCK on this property. */
  readonly takes?: true | undefined;
}

/** An expose that looks like one of ours and is none. */
export interface Left {
  readonly property: string;
  readonly why: string;
}

export interface DeviceMapping {
  readonly points: readonly Point[];
  /** Its `action`s are those of a lock. */
  readonly lockActions: boolean;
  /** Properties by which a lock says who opened it, as far as it exposes them; it is heard without, too. */
  readonly openerFrom?: readonly string[] | undefined;
  /** Its `action`s may call for help. */
  readonly panicActions: boolean;
  readonly left: readonly Left[];
  /** A row of the table of irregular devices had a part in it. */
  readonly irregular: boolean;
  /** Set when there is nothing to bind to a door, a room or a meter. */
  readonly unsupported?: string | undefined;
}

/** Kinds of reading a point may give, for people and for tests. */
export function kindsOfPoint({ reads }: Point): readonly ReadingKind[] {
  if (reads.as === "values") return [...new Set(Object.values(reads.values))];
  return [reads.as === "percent" ? "battery.low" : reads.kind];
}

/** What the text of a value says; a stranger's `constructor` says nothing. */
export function saidBy({ reads }: Point, value: string): ReadingKind | undefined {
  return reads.as === "values" && Object.hasOwn(reads.values, value) ? reads.values[value] : undefined;
}
