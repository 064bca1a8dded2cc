/** Every parser that reads what strangers send: a row of this list is fuzzed, and its frames a second are measured. */
import { OSDP_ROWS } from "./osdp-rows.ts";
import { READINGS_ROWS } from "./readings-rows.ts";
import type { FuzzRow } from "./row.ts";

export const PARSERS: readonly FuzzRow[] = [...OSDP_ROWS, ...READINGS_ROWS];
