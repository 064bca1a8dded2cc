/** The package door: everything both ends must agree on. */
export * from "./alert.ts";
export * from "./bytes.ts";
export * from "./clock.ts";
export * from "./command.ts";
export * from "./command-args.ts";
export * from "./crc.ts";
export * from "./envelope.ts";
export * from "./errors.ts";
export * from "./names.ts";
export * from "./osdp/codes.ts";
export * from "./osdp/commands.ts";
export * from "./osdp/describe.ts";
export * from "./osdp/frame.ts";
export type {
  BuzzerControl,
  LedControl,
  LedPattern,
  OutputControl,
  TextCommand,
} from "./osdp/indicators.ts";
export * from "./osdp/pd/pd.ts";
export * from "./osdp/pd/state.ts";
export * from "./osdp/replies.ts";
export * from "./osdp/secure-channel.ts";
export * from "./policy.ts";
export * from "./reading.ts";
export * from "./reading-batch.ts";
export * from "./rule-file.ts";
export * from "./site.ts";
export * from "./site-check.ts";
export * from "./spelling.ts";
export * from "./splitter.ts";
export * from "./time.ts";
export * from "./topics.ts";
export * from "./wiegand.ts";
export * from "./working-day.ts";
