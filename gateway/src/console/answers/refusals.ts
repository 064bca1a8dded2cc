/** Noes that several answers give. */
import { ConfigError } from "@gatehouse/protocol";
import { Refusal } from "../refusal.ts";

/** `id` may be anything a caller wrote. */
export const notThere = (id: string): Refusal => new Refusal("unknown", { values: { id: id.slice(0, 128) } });

export const lineTaken = (link: string, driver: string): ConfigError =>
  new ConfigError({
    path: "body.link",
    reason: `${link} is in use by the driver ${driver}`,
    fix: `a line serves one at a time: look at ${driver} live instead, or take it out of the site file for the search`,
  });
