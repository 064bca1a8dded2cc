/** Which MQTT version is spoken to a broker: the configured one, else 5, and 3.1.1 to a broker that does not know 5. */
import { LinkError } from "@gatehouse/protocol";
import type { Logger } from "../core/ports.ts";
import { type LinkOptions, type MqttLink, type MqttVersion, openLink } from "./mqtt-link.ts";

export interface VersionOptions extends Omit<LinkOptions, "version"> {
  /** Undefined where the configuration leaves it open. */
  readonly version: MqttVersion | undefined;
  readonly log: Logger;
}

/** Throws LinkError; where the configured version is what the broker does not speak, it says what to write. */
export async function openInVersion(options: VersionOptions, signal: AbortSignal): Promise<MqttLink> {
  const { version, log } = options;
  const link = await openLink({ ...options, version: version ?? 5 }, signal);
  if (!(link instanceof LinkError)) return link;
  if (version !== undefined) throw withAdvice(link, version);
  const older = await openLink({ ...options, version: 4 }, signal);
  if (older instanceof LinkError) throw older;
  log.info({ reason: link.message }, "the broker does not speak mqtt 5, it gets 3.1.1");
  return older;
}

function withAdvice({ code, message, cause }: LinkError, version: MqttVersion): LinkError {
  const [other, otherName] = version === 5 ? [4, "3.1.1"] : [5, "5"];
  const advice = `if the broker speaks MQTT ${otherName} only, write \`version: ${other}\`, or leave \`version\` out`;
  return new LinkError(code, `${message} (${advice})`, { cause });
}
