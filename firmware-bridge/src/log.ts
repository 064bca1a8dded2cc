/** Structured logging as the bridge sees it; pino satisfies it. */

/** Fields first, then a constant lower-case sentence. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(bindings: object): Logger;
}
