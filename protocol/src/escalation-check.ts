/** What the schemas cannot see in the sections `escalation` and `patrols` of a site file. Pure. */
import { parseCommandArgs } from "./command-args.ts";
import type { Problem } from "./errors.ts";
import type { ContactChannel } from "./escalation.ts";
import type { Site } from "./site.ts";
import { didYouMean } from "./spelling.ts";

function missing(path: string, what: string, id: string, known: ReadonlySet<string>): Problem[] {
  if (known.has(id)) return [];
  const fix = didYouMean(id, known) ?? `list it under ${what}s, or correct the id`;
  return [{ path, reason: `there is no ${what} "${id}"`, fix }];
}

const twice = (path: string, what: string, id: string): Problem => ({
  path,
  reason: `${what} "${id}" stands here twice`,
  fix: "keep one of the two",
});

export function checkEscalation({ escalation, devices, uplinks }: Site): Problem[] {
  const readers = new Set(devices.map(({ id }) => id));
  const ways = new Set(uplinks.map(({ id }) => id));
  const seen = new Set(["platform"]);
  return escalation.contacts.flatMap(({ id, channels }, index) => {
    const path = `escalation.contacts[${index}]`;
    const again = seen.has(id) ? [twice(`${path}.id`, "contact", id)] : [];
    seen.add(id);
    const check = (channel: ContactChannel, at: number): Problem[] => {
      const place = `${path}.channels[${at}]`;
      if (channel.via === "platform") return [];
      if (channel.via === "uplink") return missing(`${place}.uplink`, "uplink", channel.uplink, ways);
      const absent = missing(`${place}.device`, "device", channel.device, readers);
      if (channel.args === undefined) return absent;
      const args = parseCommandArgs(channel.action, channel.args);
      if (args.ok) return absent;
      const fix = `see the arguments of ${channel.action} in commands.md`;
      return [...absent, { path: `${place}.${args.path}`, reason: args.reason, fix }];
    };
    return [...again, ...channels.flatMap(check)];
  });
}

export function checkPatrols({ patrols, devices, spaces }: Site): Problem[] {
  const readers = new Set(devices.map(({ id }) => id));
  const places = new Set(spaces.map(({ id }) => id));
  const seen = new Set<string>();
  return (patrols?.checkpoints ?? []).flatMap((point, index) => {
    const path = `patrols.checkpoints[${index}]`;
    const again = seen.has(point.space) ? [twice(`${path}.space`, "space", point.space)] : [];
    seen.add(point.space);
    return [
      ...again,
      ...missing(`${path}.space`, "space", point.space, places),
      ...point.readers.flatMap((id, at) => missing(`${path}.readers[${at}]`, "device", id, readers)),
    ];
  });
}
