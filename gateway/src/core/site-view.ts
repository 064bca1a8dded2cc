/** How the site stands now, as uplinks may show it beside the events they owe: interfaces, nothing else. */
import type { Device } from "@gatehouse/protocol";

export interface SpaceView {
  readonly id: string;
  readonly name: string | undefined;
  readonly limit: number | null;
  readonly registered: number | null;
  /** Undefined for a space nothing was ever sensed in. */
  readonly estimate:
    | {
        readonly present: number;
        readonly presentLow: number;
        readonly presentHigh: number;
        readonly residing: number;
        readonly low: number;
        readonly high: number;
        readonly pOver: number;
      }
    | undefined;
  /** Alerts that are not closed. */
  readonly openAlerts: number;
}

export interface DeviceView {
  readonly id: string;
  readonly kind: Device["kind"];
  readonly online: boolean;
}

export interface SiteView {
  spaces(): readonly SpaceView[];
  devices(): readonly DeviceView[];
  /** Health codes that are raised now. */
  readonly codes: number;
  /** The listener hears that something changed, not what. Returns the detach function. */
  onChange(listener: () => void): () => void;
}
