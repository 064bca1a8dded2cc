/** What a run of the gateway is given, and what it tells of itself. */
import type { Clock } from "@gatehouse/protocol";
import type { LeftAside } from "./backup/left-aside.ts";
import type { TakenUp } from "./backup/take-up.ts";
import type { LoadedSite } from "./config.ts";
import type { Configuration } from "./configuration/configuration.ts";
import type { Refused } from "./configuration/run-reconfigurable.ts";
import type { Logger } from "./core/ports.ts";
import type { driverTypes } from "./drivers/index.ts";
import type { LogRing } from "./monitor/log-ring.ts";
import type { OpenedConsole } from "./open-console.ts";
import type { uplinkTypes } from "./uplinks/index.ts";

/** What a run of the gateway is given. */
export interface RunOptions {
  readonly siteFile: string;
  readonly stateDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly budgetBytes: number;
  readonly ballastBytes: number;
  readonly monitor: { readonly host: string; readonly port: number };
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Changes the site file; without it the gateway runs with what it was started with. */
  readonly configuration?: Configuration;
  /** A site file that the gateway did not start with. */
  readonly refused?: Refused | undefined;
  /** Keeps the latest lines of the log for the console. */
  readonly logs?: LogRing;
  /** The backup this start is the first with. */
  readonly restored?: TakenUp | undefined;
  /** What is taken up is what stood there before a restore the gateway did not start with, and what that took in meanwhile. */
  readonly undone?: { readonly left: LeftAside | undefined };
  /** Not ready yet, it ends: what it has taken since it started. */
  readonly onUnready?: (left: LeftAside | undefined) => void;
  /** The site file was changed a moment ago: without a console that opens it is not taken, or nobody could put it right again. */
  readonly isChange?: boolean;
  /** Something did not stop: what it holds it keeps until the process ends. */
  readonly onHung?: () => void;
  /** Each time the console is open for people. */
  readonly onConsole?: (opened: OpenedConsole) => void;
}

/** What a start has opened, for the screen. */
export interface Running {
  readonly site: LoadedSite;
  readonly mqtt: readonly { readonly host: string; readonly port: number; readonly tls: boolean }[];
  readonly monitorPort: number;
  /** Real ms from the call to ready. */
  readonly readyMs: number;
  readonly recoveredInputs: number;
}

export type Site = LoadedSite<(typeof driverTypes)[number], (typeof uplinkTypes)[number]>;
