/** What a search for devices on a line is made of: one small scanner a protocol. */
import type { WireFormat } from "../drivers/line/address.ts";
import type { Ear } from "./ear.ts";

/** A device that answered. */
export interface Found {
  readonly kind: "device";
  /** What it is called in the site file, until somebody gives it a better name. */
  readonly id: string;
  /** What it says of itself, for people. */
  readonly about: string;
  /** Its keys in the site file beside `id` and `driver`; where it sits nobody but a person knows. */
  readonly keys: Readonly<Record<string, string | number>>;
}

/** Something the technician should know. */
export interface Remark {
  readonly kind: "remark";
  readonly text: string;
}

export type Finding = Found | Remark;

/** `share` from 0 to 1 of this scanner's work at one rate. */
export type OnProgress = (share: number, note: string) => void;

export interface Scanner {
  /** The type of driver that speaks to what is found. */
  readonly name: string;
  /** What its devices leave the factory with; a rate is not part of it. */
  readonly format: Pick<WireFormat, "parity" | "dataBits" | "stopBits">;
  /** Rates to try, likeliest first. */
  readonly defaultBauds: readonly number[];
  /** Asks, reads and changes nothing. Ends by itself; throws LinkError when the line is lost. */
  scan(ear: Ear, onProgress: OnProgress): AsyncIterable<Finding>;
}

export const EIGHT_N_ONE = { parity: "none", dataBits: 8, stopBits: 1 } as const;
export const EIGHT_E_ONE = { parity: "even", dataBits: 8, stopBits: 1 } as const;

/** Stands where a scan cannot know what a device needs: a person writes it. */
export const OPEN_VALUE = "CHANGE-ME";
