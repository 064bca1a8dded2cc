/** The package door: everything both ends must agree on. */
export * from "./alert.ts";
export * from "./bcd.ts";
export * from "./bytes.ts";
export * from "./cjt188/describe.ts";
export * from "./cjt188/exchange.ts";
export * from "./cjt188/frame.ts";
export * from "./cjt188/quantity.ts";
export * from "./cjt188/reading.ts";
export * from "./cjt188/request.ts";
export * from "./clock.ts";
export * from "./command.ts";
export * from "./command-args.ts";
export * from "./crc.ts";
export * from "./dlt645/address.ts";
export * from "./dlt645/answer.ts";
export * from "./dlt645/describe.ts";
export * from "./dlt645/exchange.ts";
export * from "./dlt645/frame.ts";
export { type Dlt645Item, type Dlt645Shape, dlt645Item } from "./dlt645/items.ts";
export * from "./dlt645/request.ts";
export * from "./dlt645/values.ts";
export * from "./envelope.ts";
export * from "./errors.ts";
export * from "./meter-address.ts";
export * from "./meter-search.ts";
export * from "./names.ts";
export * from "./osdp/acu.ts";
export * from "./osdp/acu-handshake.ts";
export * from "./osdp/acu-link.ts";
export * from "./osdp/acu-pins.ts";
export * from "./osdp/acu-standing.ts";
export * from "./osdp/acu-startup.ts";
export * from "./osdp/acu-work.ts";
export * from "./osdp/codes.ts";
export * from "./osdp/commands.ts";
export * from "./osdp/describe.ts";
export * from "./osdp/file-transfer.ts";
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
