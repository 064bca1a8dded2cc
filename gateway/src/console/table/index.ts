/** The table of the API. A route that is not here does not exist; a row without `access` does not compile. */
import type { Readable } from "node:stream";
import type { z } from "zod";
import { alertRoutes } from "./alerts.ts";
import { boardRoutes } from "./boards.ts";
import { deviceRoutes } from "./devices.ts";
import { dutyRoutes } from "./duties.ts";
import { jobRoutes } from "./jobs.ts";
import type { Role, Route } from "./route.ts";
import { sessionRoutes } from "./session.ts";
import { setUpRoutes } from "./setup.ts";
import { spaceRoutes } from "./spaces.ts";
import { uplinkRoutes } from "./uplinks.ts";

export const API = {
  ...sessionRoutes,
  ...spaceRoutes,
  ...alertRoutes,
  ...dutyRoutes,
  ...deviceRoutes,
  ...boardRoutes,
  ...jobRoutes,
  ...uplinkRoutes,
  ...setUpRoutes,
} as const satisfies Readonly<Record<string, Route>>;

export type ApiTable = typeof API;
export type ApiKey = keyof ApiTable;

type Out<T> = T extends z.ZodType ? z.output<T> : undefined;
type In<T> = T extends z.ZodType ? z.input<T> : undefined;
type Part<K extends ApiKey, P extends "params" | "query" | "headers" | "body" | "binary"> = ApiTable[K] extends {
  readonly [Key in P]: infer T;
}
  ? T
  : undefined;

/** What a route's code is given, checked. */
export interface Asked<K extends ApiKey> {
  readonly params: Out<Part<K, "params">>;
  readonly query: Out<Part<K, "query">>;
  readonly headers: Out<Part<K, "headers">>;
  readonly body: BodyOf<K>;
}
type BodyOf<K extends ApiKey> =
  Part<K, "binary"> extends undefined
    ? Out<Part<K, "body">>
    : Part<K, "binary"> extends { readonly spool: true }
      ? SpooledBody
      : Buffer;
/** A large binary body as a file, which the console removes when the answer is there: move it away to keep it. */
export interface SpooledBody {
  readonly path: string;
  readonly bytes: number;
}
/** What a caller writes. */
export type AskOf<K extends ApiKey, P extends "params" | "query" | "headers" | "body"> = In<Part<K, P>>;
export type AnswerOf<K extends ApiKey> = Out<ApiTable[K]["answer"]>;

/** Who asks, and how they want to be answered. */
export interface Asking {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly language: "zh" | "en";
  readonly address: string;
  /** Aborts when the caller hangs up or the console stops. */
  readonly signal: AbortSignal;
}

/** An answer that is a file. */
export interface FileContent {
  readonly type: string;
  /** Saved under this name; without it, shown. */
  readonly name?: string;
  readonly body: Buffer | string | Readable;
}

/** The code behind rows of the table. Throws ConfigError, RejectedError, LinkError; anything else is a bug. */
export type Answers<Keys extends ApiKey> = {
  readonly [Key in Keys]: (
    asked: Asked<Key>,
    asking: Asking,
  ) => Promise<ApiTable[Key] extends { readonly file: unknown } ? FileContent : AnswerOf<Key>>;
};
