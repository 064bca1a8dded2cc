/** Inputs of a device into readings: edges, and what is so when it is first seen. Pure. */
import { INPUT_MEANINGS, type InputUse, type RawReading, type RegisterMap } from "@gatehouse/protocol";
import type { z } from "zod";
import type { DeviceInput } from "./config.ts";

type Place = Pick<DeviceInput, "portal" | "space">;
export type InputUses = ReadonlyMap<number, z.output<typeof InputUse> & Place>;

/** By number. The device's own list replaces the map's; without either every input is just an input. */
export function inputUses(map: RegisterMap, own: readonly DeviceInput[] | undefined): InputUses {
  if (own !== undefined) return new Map(own.map((use) => [use.input, use]));
  const named = Object.entries(map.inputs);
  if (named.length > 0) return new Map(named.map(([number, use]) => [Number(number), use]));
  const all = map.registers.flatMap((register) =>
    register.type === "bits" ? Array.from({ length: register.count }, (_, i) => register.first + i) : [],
  );
  return new Map(all.map((number) => [number, { as: "input" as const, inverted: false }]));
}

export interface InputNews {
  readonly changed: boolean;
  readonly inputs: Readonly<Record<string, boolean>>;
  readonly readings: readonly Omit<RawReading, "device">[];
}

/** `before` and `inputs` by number: on or off, inversion taken off. */
export function inputNews(
  uses: InputUses,
  before: Readonly<Record<string, boolean>>,
  now: ReadonlyMap<number, boolean>,
): InputNews {
  const inputs = { ...before };
  const readings: Omit<RawReading, "device">[] = [];
  let changed = false;
  for (const [number, use] of uses) {
    const bit = now.get(number);
    if (bit === undefined) continue;
    const on = bit !== use.inverted;
    const was = before[number];
    if (on === was) continue;
    inputs[number] = on;
    changed = true;
    const kind = INPUT_MEANINGS[use.as][on ? 0 : 1];
    // An input nobody named that is off from the beginning is no news.
    if (kind === undefined || (was === undefined && !on && use.as === "input")) continue;
    readings.push({
      kind,
      ...(use.as === "input" ? { value: number } : {}),
      ...(use.portal === undefined ? {} : { portal: use.portal }),
      ...(use.space === undefined ? {} : { space: use.space }),
    });
  }
  return { changed, inputs, readings };
}
