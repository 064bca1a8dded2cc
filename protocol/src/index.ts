/** The package door: everything both ends must agree on. */
export * from "./alert.ts";
export * from "./clock.ts";
export * from "./command.ts";
export * from "./envelope.ts";
export * from "./errors.ts";
export * from "./names.ts";
export * from "./policy.ts";
export * from "./reading.ts";
export * from "./reading-batch.ts";
export * from "./rule-file.ts";
export * from "./site.ts";
export * from "./site-check.ts";
export * from "./spelling.ts";
export * from "./time.ts";
export * from "./topics.ts";
export * from "./working-day.ts";
