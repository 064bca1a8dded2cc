/** Alerts as the store is asked for them: a page at a time. */
import type { AlertRow } from "./ports.ts";

/** Alerts that are asked for a page at a time, newest first. */
export interface AlertsWanted {
  readonly id?: string | undefined;
  readonly space?: string | undefined;
  readonly kind?: string | undefined;
  readonly level?: string | undefined;
  readonly state?: string | undefined;
  /** Of these not. */
  readonly without?: readonly string[] | undefined;
  /** The last one of the page before. */
  readonly behind?: { readonly raisedMs: number; readonly id: string } | undefined;
  readonly limit: number;
}

export interface AlertPage {
  readonly rows: readonly AlertRow[];
  /** On all pages together. */
  readonly total: number;
}
